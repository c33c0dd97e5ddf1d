"""Scores: greater is better, with intervals, on labelled rows only."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sklearn.metrics import balanced_accuracy_score, f1_score, jaccard_score

from automl.intervals import wilson_interval
from automl.problem import labelled_rows

N_RESAMPLES = 2000
EPSILON = 1e-12


@dataclass(frozen=True)
class CandidateScore:
    """How often out-of-fold predictions are right.

    Attributes
    ----------
    accuracy : share of labelled rows that are right; multi-label: the whole set (exact match).
    low, high : 95 % interval of `accuracy` (Wilson, 1927).
    log_loss : mean negative log-likelihood a row; smaller is better, unlike the others.
    """

    accuracy: float
    low: float
    high: float
    standard_error: float
    log_loss: float
    balanced_accuracy: float | None
    macro_f1: float
    micro_f1: float | None
    jaccard: float | None
    n_rows: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def score_candidate(
    pred_probs: np.ndarray, y: np.ndarray, *, predicted: np.ndarray
) -> CandidateScore:
    """Score predictions of the labelled rows.

    Parameters
    ----------
    pred_probs : (N, K); y, predicted : (N,) class indices or (N, K) sets, -1 = unlabelled.
    """
    rows = labelled_rows(y)
    y, predicted, pred_probs = y[rows], predicted[rows], pred_probs[rows]
    right = correct_rows(predicted, y)
    accuracy = float(right.mean()) if len(y) else 0.0
    low, high = wilson_interval(int(right.sum()), len(y))
    is_sets = y.ndim == 2
    return CandidateScore(
        accuracy=accuracy,
        low=low,
        high=high,
        standard_error=math.sqrt(max(accuracy * (1 - accuracy), EPSILON) / max(len(y), 1)),
        log_loss=log_loss(pred_probs, y),
        balanced_accuracy=None if is_sets else float(balanced_accuracy_score(y, predicted)),
        macro_f1=float(f1_score(y, predicted, average="macro", zero_division=0)),
        micro_f1=float(f1_score(y, predicted, average="micro", zero_division=0))
        if is_sets
        else None,
        jaccard=(
            float(jaccard_score(y, predicted, average="samples", zero_division=1))
            if is_sets
            else None
        ),
        n_rows=len(y),
    )


def correct_rows(predicted: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(N,) bool; a set must match as a whole."""
    return predicted == y if y.ndim == 1 else (predicted == y).all(axis=1)


def log_loss(pred_probs: np.ndarray, y: np.ndarray) -> float:
    """Mean over rows; multi-label: summed over labels."""
    if len(y) == 0:
        return 0.0
    clipped = np.clip(pred_probs.astype(np.float64), 1e-7, 1 - 1e-7)
    if y.ndim == 2:
        losses = -(y * np.log(clipped) + (1 - y) * np.log(1 - clipped)).sum(axis=1)
        return float(losses.mean())
    return float(-np.log(clipped[np.arange(len(y)), y]).mean())


def paired_difference(first: np.ndarray, second: np.ndarray, *, seed: int) -> dict[str, float]:
    """How much more often the first is right on the same rows.

    Returns
    -------
    difference, and the 95 % interval low .. high of a paired bootstrap (Efron, 1979). Only the
    rows on which both differ matter, so their counts are resampled rather than the rows.
    """
    n = len(first)
    n_better = int((first & ~second).sum())
    n_worse = int((~first & second).sum())
    shares = [n_better / n, n_worse / n, 1 - (n_better + n_worse) / n]
    draws = np.random.default_rng(seed).multinomial(n, shares, size=N_RESAMPLES)
    differences = (draws[:, 0] - draws[:, 1]) / n
    low, high = np.quantile(differences, [0.025, 0.975])
    return {"difference": (n_better - n_worse) / n, "low": float(low), "high": float(high)}
