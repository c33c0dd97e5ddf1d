"""Prediction intervals: how far the labels of similar predictions lay from them, out of fold."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

LEVEL = 0.9
# Errors often grow with the number that is predicted, so they are looked at in ranges of it.
MAX_RANGES = 20
MIN_RANGE_ROWS = 200


@dataclass(frozen=True)
class ValueIntervals:
    """Intervals that contain the label of a new row with probability `level`.

    Split-conformal intervals (Vovk, Gammerman and Shafer, 2005; Lei et al., 2018) of signed
    out-of-fold errors, each range of predictions by itself (Bostrom and Johansson, 2020). The
    guarantee of these papers is for the estimators that made the errors; what is shipped is
    refitted on all rows, a little better than they. `cover_by_fold` measures how it turns out.

    Attributes
    ----------
    edges : (R - 1,) bounds between the ranges of predictions.
    below, above : (R,) the interval is from `value + below` to `value + above`.
    """

    level: float
    edges: tuple[float, ...]
    below: tuple[float, ...]
    above: tuple[float, ...]

    def around(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(N,) lower and (N,) upper ends for (N,) predictions."""
        ranges = np.searchsorted(np.array(self.edges), values, side="right")
        return values + np.array(self.below)[ranges], values + np.array(self.above)[ranges]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ValueIntervals:
        parts = (tuple(data[name]) for name in ("edges", "below", "above"))
        return cls(data["level"], *parts)


@dataclass(frozen=True)
class Coverage:
    """What intervals are worth on rows that had no part in making them.

    Attributes
    ----------
    share : of rows whose label lies inside. mean_width : in units of the label.
    """

    share: float
    mean_width: float
    n_rows: int


def fit_intervals(
    values: np.ndarray, y: np.ndarray, *, level: float = LEVEL
) -> ValueIntervals | None:
    """Intervals from (N,) out-of-fold predictions and (N,) labels, all of them there.

    Returns
    -------
    None for too few rows to tell: for 90 % less than 19.
    """
    n_ranges = max(min(len(y) // MIN_RANGE_ROWS, MAX_RANGES), 1)
    if _rank(len(y), level) == 0:
        return None
    # Equal predictions share a range, so that each has its rows.
    edges = np.unique(np.quantile(values, np.arange(1, n_ranges) / n_ranges))
    ranges = np.searchsorted(edges, values, side="right")
    pairs = [_offsets(np.sort((y - values)[ranges == k]), level) for k in range(len(edges) + 1)]
    everywhere = _offsets(np.sort(y - values), level)
    below, above = zip(*[pair or everywhere for pair in pairs], strict=True)
    return ValueIntervals(level, tuple(edges.tolist()), below, above)


def cover_by_fold(
    values: np.ndarray, y: np.ndarray, folds: np.ndarray, *, level: float = LEVEL
) -> Coverage | None:
    """Intervals of each fold come from the others; None where these have too few rows."""
    widths, inside = np.empty(len(y)), np.zeros(len(y), dtype=bool)
    for fold in np.unique(folds):
        tested = folds == fold
        intervals = fit_intervals(values[~tested], y[~tested], level=level)
        if intervals is None:
            return None
        low, high = intervals.around(values[tested])
        inside[tested] = (low <= y[tested]) & (y[tested] <= high)
        widths[tested] = high - low
    return Coverage(float(inside.mean()), float(widths.mean()), len(y)) if len(y) else None


def _offsets(errors: np.ndarray, level: float) -> tuple[float, float] | None:
    """Of sorted signed errors: as many are left out on either side as a new one may be."""
    rank = _rank(len(errors), level)
    return (float(errors[rank - 1]), float(errors[-rank])) if rank else None


def _rank(n_rows: int, level: float) -> int:
    """Counted from either end, 1 = the outermost; 0 where there are too few rows.

    The k-th smallest of n errors is at most as large as a new one with probability 1 - k / (n + 1).
    """
    return math.floor((n_rows + 1) * (1 - level) / 2 + 1e-9)
