"""Test scores, computed alike for every tool from its labels and probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import f1_score, hamming_loss, jaccard_score

from automl.problem import MULTI_LABEL, REGRESSION, encode_labels, parse_label_set
from automl.value_metrics import score_values
from benchmarks.automl.jobs import VALUE_COLUMNS, Predictions, binomial_error

# No tool loses more than this by one row, whether it says 0 or 1e-300.
FLOOR = 1e-7
N_BINS = 15


def score(
    predictions: Predictions, truth: Sequence[str], problem_type: str
) -> dict[str, float | None]:
    """Scores on the test rows; `accuracy` is the share of exact matches where labels are sets."""
    scorers = {MULTI_LABEL: _score_sets, REGRESSION: _score_values}
    return scorers.get(problem_type, _score_classes)(predictions, truth)


def calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error of the most likely class over bins of equally many rows
    (Nguyen and O'Connor, 2015).

    Parameters
    ----------
    confidence : (N,) probabilities; right : (N,) bool.
    """
    order = np.argsort(confidence, kind="stable")
    bins = [part for part in np.array_split(order, N_BINS) if len(part)]
    gaps = [abs(confidence[part].mean() - right[part].mean()) * len(part) for part in bins]
    return float(sum(gaps) / len(confidence))


def _score_classes(predictions: Predictions, truth: Sequence[str]) -> dict[str, float]:
    """A class that the tool has no column for has probability 0."""
    labels, suggested = np.array(truth), np.array(predictions.labels)
    probs = _rescale(predictions.pred_probs)
    index = {name: k for k, name in enumerate(predictions.classes)}
    columns = np.array([index.get(label, -1) for label in truth])
    given = np.where(columns < 0, 0.0, probs[np.arange(len(probs)), columns])
    right = suggested == labels
    return {
        "accuracy": float(right.mean()),
        "standard_error": binomial_error(float(right.mean()), len(right)),
        "macro_f1": float(f1_score(labels, suggested, average="macro", zero_division=0)),
        "log_loss": float(-np.log(np.clip(given, FLOOR, 1)).mean()),
        "calibration_error": calibration_error(probs.max(axis=1), probs.argmax(axis=1) == columns),
    }


def _score_sets(predictions: Predictions, truth: Sequence[str]) -> dict[str, float | None]:
    """Over all labels that occur in the test rows or that the tool knows."""
    names = {name for cell in truth for name in parse_label_set(cell)} | set(predictions.classes)
    classes = sorted(names)
    y = encode_labels(list(truth), classes, MULTI_LABEL)
    suggested = encode_labels(predictions.labels, classes, MULTI_LABEL)
    right = (y == suggested).all(axis=1)
    return {
        "accuracy": float(right.mean()),
        "standard_error": binomial_error(float(right.mean()), len(right)),
        "jaccard": float(jaccard_score(y, suggested, average="samples", zero_division=1)),
        "micro_f1": float(f1_score(y, suggested, average="micro", zero_division=0)),
        "macro_f1": float(f1_score(y, suggested, average="macro", zero_division=0)),
        "hamming_loss": float(hamming_loss(y, suggested)),
        "balanced_macro_f1": _macro_f1(y, predictions.balanced_labels, classes),
    }


def _macro_f1(y: np.ndarray, labels: list[str], classes: list[str]) -> float | None:
    if not labels:
        return None
    suggested = encode_labels(labels, classes, MULTI_LABEL)
    return float(f1_score(y, suggested, average="macro", zero_division=0))


def _score_values(predictions: Predictions, truth: Sequence[str]) -> dict[str, float | None]:
    """Rows without a number count for nothing; coverage and width where there are intervals.

    `relative_rmse` and `width` are in standard deviations of the test labels, to compare sets.
    """
    y = encode_labels([label or None for label in truth], [], REGRESSION)
    rows = ~np.isnan(y)
    y, columns = y[rows], predictions.pred_probs[rows]
    found, spread = score_values(columns[:, 0], y, seed=0), float(y.std())
    scores: dict[str, float | None] = {
        "r2": found.r2,
        "standard_error": found.standard_error,
        "rmse": found.rmse,
        "relative_rmse": found.rmse / spread if spread else None,
        "mae": found.mae,
        "coverage": None,
        "width": None,
    }
    if len(predictions.classes) == len(VALUE_COLUMNS):
        low, high = columns[:, 1], columns[:, 2]
        scores["coverage"] = float(((low <= y) & (y <= high)).mean())
        scores["width"] = float((high - low).mean()) / spread if spread else None
    return scores


def _rescale(pred_probs: np.ndarray) -> np.ndarray:
    """Rows that add up to one: float32 outputs miss it by a little."""
    return pred_probs / pred_probs.sum(axis=1, keepdims=True)
