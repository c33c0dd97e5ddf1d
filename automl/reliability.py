"""Whether probabilities can be believed, and what leaving out the doubtful rows would bring."""

from __future__ import annotations

from typing import Any

import numpy as np

from automl.intervals import wilson_interval
from automl.metrics import EPSILON

N_BINS = 15
COVERAGES = np.arange(1, 11) / 10


def describe_reliability(
    confidence: np.ndarray, right: np.ndarray, *, mass: np.ndarray | None = None
) -> dict[str, Any]:
    """Confidence against accuracy in 15 bins of equal mass, and their mean distance.

    The reliability diagram of DeGroot and Fienberg (1983); bins of equal mass as in Nguyen and
    O'Connor (2015); expected calibration error ECE = sum over bins of n_bin / N * |accuracy -
    mean confidence| (Naeini et al., 2015). Rows of equal confidence share a bin, so there can be
    fewer bins, and the order of the rows does not matter.

    Parameters
    ----------
    confidence : (N,) probabilities.
    right : (N,) of 0 and 1, whether what had that probability was so.
    mass : (N,) what the bins hold equal amounts of; None: each row counts 1.

    Returns
    -------
    bins : mean confidence, accuracy with its 95 % Wilson interval, n; by rising confidence.
    ece, confidence, accuracy : over all rows, 0 where there are none.
    """
    bins = [] if len(right) == 0 else _fill_bins(confidence, right, mass)
    n = max(len(right), 1)
    ece = sum(b["n"] * abs(b["accuracy"] - b["confidence"]) for b in bins) / n
    return {
        "n": len(right),
        "bins": bins,
        "ece": round(ece, 6),
        "confidence": round(float(confidence.sum()) / n, 6),
        "accuracy": round(float(right.sum()) / n, 6),
    }


def coverage_curve(confidence: np.ndarray, right: np.ndarray) -> list[dict[str, Any]]:
    """Accuracy of the most confident share of rows, for shares of 10 % to 100 %.

    The accuracy-coverage curve of selective prediction (El-Yaniv and Wiener, 2010). Where a share
    ends among rows of equal confidence, each of them counts by the accuracy of them all.

    Returns
    -------
    One line a share: coverage, n rows, accuracy, its 95 % Wilson interval, and the confidence of
    the last row that is answered. Empty without rows.
    """
    if len(right) == 0:
        return []
    levels, group, sizes = np.unique(-confidence, return_inverse=True, return_counts=True)
    share_right = np.bincount(group, weights=right) / sizes
    by_confidence = np.sort(group)
    n_right = np.cumsum(share_right[by_confidence])
    lines = []
    for coverage in COVERAGES.tolist():
        n = max(1, round(len(right) * coverage))
        low, high = wilson_interval(round(n_right[n - 1]), n)
        lines.append(
            {
                "coverage": coverage,
                "n": n,
                "accuracy": round(float(n_right[n - 1]) / n, 6),
                "low": round(low, 6),
                "high": round(high, 6),
                "min_confidence": round(float(-levels[by_confidence[n - 1]]), 6),
            }
        )
    return lines


def set_probability(pred_probs: np.ndarray, sets: np.ndarray) -> np.ndarray:
    """(N,) probability of a whole label set: the product over labels of p, or of 1 - p where the
    label is absent, as if labels were independent."""
    of_each = np.where(sets == 1, pred_probs, 1 - pred_probs)
    return np.asarray(np.exp(np.log(np.maximum(of_each, EPSILON)).sum(axis=1)))


def _fill_bins(
    confidence: np.ndarray, right: np.ndarray, mass: np.ndarray | None
) -> list[dict[str, Any]]:
    place = _bin_places(confidence, np.ones(len(right)) if mass is None else mass)
    sizes = np.bincount(place)
    sums, n_right = np.bincount(place, weights=confidence), np.bincount(place, weights=right)
    bins = []
    for b in np.flatnonzero(sizes).tolist():
        n = int(sizes[b])
        low, high = wilson_interval(round(n_right[b]), n)
        bins.append(
            {
                "n": n,
                "confidence": round(float(sums[b]) / n, 6),
                "accuracy": round(float(n_right[b]) / n, 6),
                "low": round(low, 6),
                "high": round(high, 6),
            }
        )
    return bins


def _bin_places(confidence: np.ndarray, mass: np.ndarray) -> np.ndarray:
    order = np.argsort(confidence, kind="stable")
    filled = np.cumsum(mass[order])
    # A hair less, so that rounding never moves a row that exactly fills its bin.
    wanted = filled[-1] * (np.arange(1, N_BINS) / N_BINS - EPSILON)
    edges = np.unique(confidence[order][np.searchsorted(filled, wanted)])
    return np.searchsorted(edges, confidence)
