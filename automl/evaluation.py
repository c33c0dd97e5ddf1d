"""What held-out predictions say about a model: one record of bounded size, ready for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl.metrics import correct_rows
from automl.per_class import ClassCounts, count_pairs, describe_confusion, list_classes
from automl.problem import MULTI_LABEL, format_label_set, labelled_rows
from automl.reliability import coverage_curve, describe_reliability, set_probability
from automl.shown_text import show_name

# Raise it when a reader of earlier records could not make sense of a new one.
FORMAT = 1
MAX_ERRORS = 200
MAX_NAME_CHARS = 120


def evaluate(
    pred_probs: np.ndarray,
    predicted: np.ndarray,
    y: np.ndarray,
    classes: Sequence[str],
    *,
    problem_type: str,
    row_ids: np.ndarray,
) -> dict[str, Any]:
    """Everything a page shows of the out-of-fold predictions of one candidate.

    Rows without a label are left out. Confidence is the probability of what was predicted:
    of the class, or of the whole set (see `reliability.set_probability`).

    Parameters
    ----------
    pred_probs : (N, K) out-of-fold probabilities.
    predicted, y : (N,) class indices or (N, K) sets of 0 and 1; y of -1 = unlabelled.
    row_ids : (N,) by which `worst_errors` names rows.

    Returns
    -------
    format, problem_type, n_rows (that everything rests on), n_unlabelled, n_classes, accuracy;
    coverage : see `reliability.coverage_curve`;
    worst_errors : at most 200 wrong rows, least probable given label first;
    macro_f1, balanced_accuracy, per_class, confusion, reliability : see `_describe_classes` and
        `_describe_sets`.
    """
    rows = labelled_rows(y)
    names = [show_name(name, MAX_NAME_CHARS) for name in classes]
    held_out = _HeldOut(pred_probs[rows], predicted[rows], y[rows], row_ids[rows], names)
    right = correct_rows(held_out.predicted, held_out.y)
    confidence = label_probability(held_out.pred_probs, held_out.predicted)
    describe = _describe_sets if problem_type == MULTI_LABEL else _describe_classes
    return {
        "format": FORMAT,
        "problem_type": problem_type,
        "n_rows": len(right),
        "n_unlabelled": len(rows) - len(right),
        "n_classes": len(names),
        "accuracy": round(float(right.mean()), 6) if len(right) else 0.0,
        "coverage": coverage_curve(confidence, right),
        "worst_errors": _list_errors(held_out, right),
    } | describe(held_out, right, confidence)


def label_probability(pred_probs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(N,) probability of one class a row, or of one whole set a row."""
    if labels.ndim == 2:
        return set_probability(pred_probs, labels)
    return np.asarray(pred_probs[np.arange(len(labels)), labels])


@dataclass(frozen=True)
class _HeldOut:
    """Labelled rows only; names as they may be shown."""

    pred_probs: np.ndarray
    predicted: np.ndarray
    y: np.ndarray
    row_ids: np.ndarray
    names: list[str]


def _describe_classes(
    held_out: _HeldOut, right: np.ndarray, confidence: np.ndarray
) -> dict[str, Any]:
    """See `per_class` and `reliability.describe_reliability`, of the most likely class."""
    counts = ClassCounts(held_out.predicted, held_out.y, len(held_out.names))
    matrix = count_pairs(held_out.predicted, held_out.y, len(held_out.names))
    return {
        "macro_f1": round(counts.macro_f1, 6),
        "balanced_accuracy": round(counts.balanced_accuracy, 6),
        "per_class": list_classes(counts, held_out.names),
        "confusion": describe_confusion(matrix, held_out.names),
        "reliability": describe_reliability(confidence, right),
    }


def _describe_sets(held_out: _HeldOut, *_: np.ndarray) -> dict[str, Any]:
    """Label by label; no confusion matrix, since a row has no one class to confuse.

    Reliability is that of all pairs of a row and a label, in bins that hold equal sums of
    probability: most pairs are near 0, and bins of equally many would say nothing of the others.
    """
    counts = ClassCounts(held_out.predicted, held_out.y, len(held_out.names))
    pairs = held_out.pred_probs.ravel()
    return {
        "macro_f1": round(counts.macro_f1, 6),
        "balanced_accuracy": None,
        "per_class": list_classes(counts, held_out.names),
        "confusion": None,
        "reliability": describe_reliability(pairs, held_out.y.ravel(), mass=pairs),
    }


def _list_errors(held_out: _HeldOut, right: np.ndarray) -> list[dict[str, Any]]:
    wrong = np.flatnonzero(~right)
    probability = label_probability(held_out.pred_probs[wrong], held_out.y[wrong])
    worst = np.argsort(probability, kind="stable")[:MAX_ERRORS]
    return [
        {
            "row_id": int(held_out.row_ids[wrong[i]]),
            "given": _label_text(held_out.y[wrong[i]], held_out.names),
            "predicted": _label_text(held_out.predicted[wrong[i]], held_out.names),
            "probability": round(float(probability[i]), 6),
        }
        for i in worst.tolist()
    ]


def _label_text(label: np.ndarray, names: Sequence[str]) -> str:
    """A class index or a (K,) set, as text; the empty set is empty."""
    if label.ndim == 0:
        return names[int(label)]
    chosen = [names[k] for k in np.flatnonzero(label).tolist()]
    return show_name(format_label_set(chosen), MAX_NAME_CHARS)
