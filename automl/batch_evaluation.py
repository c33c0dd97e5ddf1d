"""How good predictions of a labelled file are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from automl.evaluation import evaluate
from automl.intervals import wilson_interval
from automl.prediction_table import GIVEN, LABEL
from automl.problem import class_names, encode_labels

# Of more rows, so many drawn at random are looked at in detail.
MAX_ROWS = 100_000


def describe_right(n_right: int, n_labelled: int) -> dict[str, Any]:
    """n_labelled, n_right, accuracy with its 95 % Wilson interval, over all rows with a label."""
    low, high = wilson_interval(n_right, n_labelled)
    accuracy = n_right / n_labelled if n_labelled else 0.0
    return {
        "n_labelled": n_labelled,
        "n_right": n_right,
        "accuracy": accuracy,
        "low": low,
        "high": high,
    }


def find_unknown(
    given: Sequence[str | None], classes: Sequence[str], problem_type: str
) -> list[str]:
    """Labels of the file that the predictor cannot say; rows with one are always wrong."""
    known = set(classes)
    return [name for name in class_names(given, problem_type) if name not in known]


def evaluate_batch(
    predictions: pa.Table,
    row_ids: np.ndarray,
    classes: list[str],
    *,
    problem_type: str,
) -> dict[str, Any]:
    """The record of `evaluation.evaluate`, of rows whose labels the predictor knows.

    Parameters
    ----------
    predictions : at most MAX_ROWS rows of `predict_rows` with given labels.
    row_ids : (N,) their places in the file.
    """
    probs = np.column_stack([predictions.column(f"p{k}").to_numpy() for k in range(len(classes))])
    labels = predictions.column(LABEL).to_pylist()
    given = predictions.column(GIVEN).to_pylist()
    return evaluate(
        probs,
        encode_labels(labels, classes, problem_type),
        encode_labels(given, classes, problem_type),
        classes,
        problem_type=problem_type,
        row_ids=row_ids,
    )


def draw_rows(n_rows: int, *, seed: int) -> np.ndarray:
    """Places of all rows or, of very many, of MAX_ROWS drawn at random; rising."""
    if n_rows <= MAX_ROWS:
        return np.arange(n_rows)
    return np.sort(np.random.default_rng(seed).choice(n_rows, MAX_ROWS, replace=False))
