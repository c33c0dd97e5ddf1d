"""Labels: what kind of problem they pose, how they are cleaned, encoded and written."""

from __future__ import annotations

import csv
import io
import math
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np

from automl.errors import InputError
from automl.shown_text import is_control, show_name
from automl.values import parse_number

MULTI_CLASS = "multi-class"
MULTI_LABEL = "multi-label"
REGRESSION = "regression"
# No labels at all: rows can be looked at, and nothing predicted.
UNSUPERVISED = "unsupervised"
RESERVED_CLASS = "Suggested Label"
MAX_CLASSES = 1000
MIN_ROWS = 5
# Squares of larger labels, and sums of them, would leave the range of 64 bits.
LARGEST_LABEL = 1e30


def parse_label_set(cell: str) -> tuple[str, ...]:
    """`'a, "x,y",a'` -> `('a', 'x,y')`: trimmed, without repeats or empty parts.

    A cell that is no valid comma list is one label.
    """
    if "," not in cell and '"' not in cell:
        return (cell.strip(),) if cell.strip() else ()
    try:
        parts = next(csv.reader([cell.replace("\n", " ")], skipinitialspace=True, strict=True))
    except (csv.Error, StopIteration):
        parts = [cell]
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def format_label_set(labels: Iterable[str]) -> str:
    """`('a', 'x,y')` -> `'a,"x,y"'`: no spaces, quoted only where a label needs it."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(list(labels))
    text = buffer.getvalue()
    return "" if text == '""' else text


def clean_labels(cells: Sequence[str | None], problem_type: str) -> list[str | None]:
    """Trim labels; None = unlabelled.

    Multi-class and regression: an empty cell is unlabelled. Multi-label: only null is; an empty
    cell is the empty set, and sets are written in one form, labels in code-point order.
    """
    if problem_type == MULTI_LABEL:
        known: dict[str, str] = {}
        return [None if cell is None else _canonical_set(cell, known) for cell in cells]
    return [(cell or "").strip() or None for cell in cells]


def class_names(labels: Iterable[str | None], problem_type: str) -> list[str]:
    """All classes in code-point order; none where labels are numbers."""
    if problem_type == REGRESSION:
        return []
    distinct = {label for label in labels if label is not None}
    if problem_type == MULTI_LABEL:
        distinct = {name for cell in distinct for name in parse_label_set(cell)}
    return sorted(distinct)


def encode_labels(
    labels: Sequence[str | None], classes: Sequence[str], problem_type: str
) -> np.ndarray:
    """Labels as numbers.

    Returns
    -------
    Multi-class: (N,) int64, the index in `classes`; -1 = unlabelled or not among them.
    Multi-label: (N, K) int8 of 0 and 1; a row of -1 = unlabelled. Labels that are not among
    `classes` have no column and are left out.
    Regression: (N,) float64; NaN = unlabelled.

    Raises
    ------
    InputError
        `LABEL_NO_NUMBER`, naming the row, where labels must be numbers.
    """
    if problem_type == REGRESSION:
        return np.array([_read_value(i, label) for i, label in enumerate(labels)], dtype=float)
    index = {name: k for k, name in enumerate(classes)}
    if problem_type == MULTI_CLASS:
        return np.array([index.get(label, -1) for label in labels], dtype=np.int64)  # type: ignore[arg-type]
    y = np.zeros((len(labels), len(classes)), dtype=np.int8)
    for i, label in enumerate(labels):
        if label is None:
            y[i] = -1
            continue
        for name in parse_label_set(label):
            if name in index:
                y[i, index[name]] = 1
    return y


def are_values(y: np.ndarray) -> bool:
    """Whether labels are numbers to be predicted, not classes or sets of them."""
    return y.dtype.kind == "f"


def labelled_rows(y: np.ndarray) -> np.ndarray:
    """(N,) bool: rows that have a label."""
    if are_values(y):
        return ~np.isnan(y)
    return np.asarray(y >= 0 if y.ndim == 1 else (y >= 0).all(axis=1))


def rank_sets(chosen: np.ndarray, pred_probs: np.ndarray) -> list[list[int]]:
    """(N, K) sets as class indices, those of each row by falling probability."""
    order = np.argsort(-pred_probs, axis=1, kind="stable")
    return [[int(k) for k in order[i] if chosen[i, k]] for i in range(len(chosen))]


def label_sets(chosen: np.ndarray, pred_probs: np.ndarray, classes: Sequence[str]) -> list[str]:
    """(N, K) sets as text, the labels of each by falling probability."""
    ranked = rank_sets(chosen, pred_probs)
    return [format_label_set(classes[k] for k in row) for row in ranked]


def fold_name(name: str) -> str:
    """Two classes with the same folded name are most likely meant to be one."""
    text = unicodedata.normalize("NFKC", name)
    shown = "".join(char for char in text if char.isspace() or not is_control(char))
    return " ".join(shown.casefold().split())


def _read_value(row: int, label: str | None) -> float:
    if label is None:
        return math.nan
    number = parse_number(label)
    if number is None or not abs(number) <= LARGEST_LABEL:
        raise InputError(
            "LABEL_NO_NUMBER",
            f"Row {row + 1:,} has the label '{show_name(label, 40)}', which is no number that can "
            "be predicted. Correct it, or leave it empty.",
        )
    return number


def _canonical_set(cell: str, known: dict[str, str]) -> str:
    if cell not in known:
        known[cell] = format_label_set(sorted(parse_label_set(cell)))
    return known[cell]
