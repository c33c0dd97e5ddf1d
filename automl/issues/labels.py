"""Which given labels are probably wrong; cleanlab does the maths."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from cleanlab.filter import find_label_issues as cleanlab_issues
from cleanlab.multilabel_classification import get_label_quality_scores as set_quality
from cleanlab.multilabel_classification.filter import find_label_issues as cleanlab_set_issues
from cleanlab.rank import get_label_quality_scores

from automl.problem import label_sets, labelled_rows

MIN_PROBABILITY = 1e-6


def find_label_issues(
    pred_probs: np.ndarray,
    y: np.ndarray,
    classes: list[str],
    *,
    problem_type: str,
    predicted: np.ndarray,
) -> pa.Table:
    """Judge every row by out-of-fold probabilities.

    A multi-class label is an issue where confident learning (Northcutt et al., 2021), as
    cleanlab implements it, says so; scores are cleanlab's label quality turned around, so that
    1 is worst (the library counts the other way).

    Returns
    -------
    Table in row order: is_label_issue, label_issue_score (0 for unlabelled rows),
    suggested_label (null unless an issue or unlabelled), suggested_label_confidence_score,
    predicted_label, is_initially_unlabeled.
    """
    labelled = labelled_rows(y)
    is_issue = np.zeros(len(y), dtype=bool)
    score = np.zeros(len(y))
    if labelled.any():
        judge = _judge_classes if y.ndim == 1 else _judge_sets
        is_issue[labelled], score[labelled] = judge(pred_probs[labelled], y[labelled])
    labels = (
        [classes[k] for k in predicted]
        if y.ndim == 1
        else label_sets(predicted, pred_probs, classes)
    )
    # An "issue" whose suggestion is the given label would ask for a change to nothing.
    is_issue &= ~_agrees(predicted, y)
    shown = is_issue | ~labelled
    return pa.table(
        {
            "is_label_issue": is_issue,
            "label_issue_score": score,
            "suggested_label": pa.array(
                [label if show else None for label, show in zip(labels, shown, strict=True)],
                pa.string(),
            ),
            "suggested_label_confidence_score": _confidence(pred_probs, predicted),
            "predicted_label": pa.array(labels, pa.string()),
            "is_initially_unlabeled": ~labelled,
        }
    )


def _judge_classes(pred_probs: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """cleanlab wants labels 0..K-1 that all occur: classes without a row are left out."""
    present, labels = np.unique(y, return_inverse=True)
    if len(present) < 2:
        return np.zeros(len(y), dtype=bool), np.zeros(len(y))
    probs = np.maximum(pred_probs[:, present].astype(np.float64), MIN_PROBABILITY)
    probs /= probs.sum(axis=1, keepdims=True)
    is_issue = cleanlab_issues(labels, probs, filter_by="low_normalized_margin", n_jobs=1)
    quality = get_label_quality_scores(labels, probs, method="normalized_margin")
    return is_issue, 1 - quality


def _judge_sets(pred_probs: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """cleanlab wants labels that some rows have and some have not: others are left out."""
    telling = np.flatnonzero(y.any(axis=0) & ~y.all(axis=0))
    probs = np.clip(pred_probs.astype(np.float64), MIN_PROBABILITY, 1 - MIN_PROBABILITY)
    if len(telling) == 0:
        return np.zeros(len(y), dtype=bool), np.zeros(len(y))
    if len(telling) == 1:
        yes = probs[:, telling[0]]
        return _judge_classes(np.column_stack([1 - yes, yes]), y[:, telling[0]].astype(np.int64))
    sets = [np.flatnonzero(row).tolist() for row in y[:, telling]]
    is_issue = cleanlab_set_issues(
        sets, probs[:, telling], filter_by="low_normalized_margin", n_jobs=1, low_memory=False
    )
    return is_issue, 1 - set_quality(sets, probs[:, telling])


def _agrees(predicted: np.ndarray, y: np.ndarray) -> np.ndarray:
    return predicted == y if y.ndim == 1 else (predicted == y).all(axis=1)


def _confidence(pred_probs: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Probability of the predicted class; of a set: that each of its decisions is right."""
    if predicted.ndim == 1:
        return pred_probs.max(axis=1).astype(np.float64)
    each = np.where(predicted == 1, pred_probs, 1 - pred_probs)
    return each.prod(axis=1).astype(np.float64)
