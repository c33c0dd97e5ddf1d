"""Rows that are unlike all others."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from automl.issues.thresholds import FLAGGED_FROM, OUTLIER_MEDIANS, OUTLIER_RANGES
from automl.neighbors import Neighbors

MIN_ROWS = 20


def find_outliers(neighbors: Neighbors) -> pa.Table:
    """By the mean distance to the ten nearest rows (Kuan and Mueller, 2022).

    What counts as far is measured on the data itself: three interquartile ranges above the third
    quartile of these means, and at least twice the median.

    Returns
    -------
    is_outlier; outlier_score: 0 in the midst of others, 0.5 at that limit, towards 1 far beyond.
    Fewer than 20 rows have no outliers.
    """
    means = _mean_distances(neighbors)
    limit = _outer_fence(means) if len(means) >= MIN_ROWS else 0.0
    score = means / (means + limit) if limit > 0 else np.zeros(len(means))
    return pa.table({"is_outlier": score > FLAGGED_FROM, "outlier_score": score})


def _mean_distances(neighbors: Neighbors) -> np.ndarray:
    """(N,) over the neighbours that there are."""
    known = np.isfinite(neighbors.distances)
    total = np.where(known, neighbors.distances, 0.0).sum(axis=1, dtype=np.float64)
    means: np.ndarray = total / np.maximum(known.sum(axis=1), 1)
    return means


def _outer_fence(means: np.ndarray) -> float:
    first, median, third = np.quantile(means, [0.25, 0.5, 0.75])
    return float(max(third + OUTLIER_RANGES * (third - first), OUTLIER_MEDIANS * median))
