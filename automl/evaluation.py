"""What held-out predictions say about a model: one record of bounded size, ready for JSON."""

from __future__ import annotations

from collections.abc import Sequence
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
    format, problem_type, n_rows (that everything rests on), n_unlabelled, n_classes;
    accuracy, macro_f1, balanced_accuracy (None for multi-label);
    per_class : at most 200 lines, see `per_class.list_classes`;
    confusion : see `per_class.describe_confusion`, None for multi-label;
    reliability : see `reliability.describe_reliability`. Multi-label: over all pairs of a row
        and a label, in bins that hold equal sums of probability, since most pairs are near 0;
    coverage : see `reliability.coverage_curve`;
    worst_errors : at most 200 wrong rows, least probable given label first.
    """
    rows = labelled_rows(y)
    n_unlabelled = int((~rows).sum())
    pred_probs, predicted, y, row_ids = pred_probs[rows], predicted[rows], y[rows], row_ids[rows]
    is_sets = problem_type == MULTI_LABEL
    names = [show_name(name, MAX_NAME_CHARS) for name in classes]
    counts = ClassCounts(predicted, y, len(classes))
    right = correct_rows(predicted, y)
    confidence = label_probability(pred_probs, predicted)
    return {
        "format": FORMAT,
        "problem_type": problem_type,
        "n_rows": len(y),
        "n_unlabelled": n_unlabelled,
        "n_classes": len(classes),
        "accuracy": round(float(right.mean()), 6) if len(y) else 0.0,
        "macro_f1": round(counts.macro_f1, 6),
        "balanced_accuracy": None if is_sets else round(counts.balanced_accuracy, 6),
        "per_class": list_classes(counts, names),
        "confusion": (
            None if is_sets else describe_confusion(count_pairs(predicted, y, len(names)), names)
        ),
        "reliability": (
            _pooled_reliability(pred_probs, y)
            if is_sets
            else describe_reliability(confidence, right)
        ),
        "coverage": coverage_curve(confidence, right),
        "worst_errors": _list_errors(pred_probs, predicted, y, classes, right, row_ids),
    }


def label_probability(pred_probs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(N,) probability of one class a row, or of one whole set a row."""
    if labels.ndim == 2:
        return set_probability(pred_probs, labels)
    return np.asarray(pred_probs[np.arange(len(labels)), labels])


def _pooled_reliability(pred_probs: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    pairs = pred_probs.ravel()
    return describe_reliability(pairs, y.ravel(), mass=pairs)


def _list_errors(
    pred_probs: np.ndarray,
    predicted: np.ndarray,
    y: np.ndarray,
    classes: Sequence[str],
    right: np.ndarray,
    row_ids: np.ndarray,
) -> list[dict[str, Any]]:
    wrong = np.flatnonzero(~right)
    probability = label_probability(pred_probs[wrong], y[wrong])
    worst = np.argsort(probability, kind="stable")[:MAX_ERRORS]
    return [
        {
            "row_id": int(row_ids[wrong[i]]),
            "given": _label_text(y[wrong[i]], classes),
            "predicted": _label_text(predicted[wrong[i]], classes),
            "probability": round(float(probability[i]), 6),
        }
        for i in worst.tolist()
    ]


def _label_text(label: np.ndarray, classes: Sequence[str]) -> str:
    """A class index or a (K,) set, as text; the empty set is empty."""
    if label.ndim == 0:
        return show_name(classes[int(label)], MAX_NAME_CHARS)
    names = [show_name(classes[k], MAX_NAME_CHARS) for k in np.flatnonzero(label).tolist()]
    return show_name(format_label_set(names), MAX_NAME_CHARS)
