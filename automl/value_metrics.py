"""Scores of predicted numbers, with intervals, on labelled rows only."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from automl.metrics import N_RESAMPLES
from automl.problem import labelled_rows

# Rows are resampled one by one up to here, more of them in as many parcels of equal size, dealt at
# random: the spread of a mean stays the same, the cost does not grow with the rows.
MAX_PARCELS = 2000
# Labels that are nearly all equal can put it anywhere below 0, beyond the range of 64 bits too.
LOWEST_R2 = -1e6


@dataclass(frozen=True)
class ValueScore:
    """How near predicted numbers come.

    Attributes
    ----------
    r2 : share of the variance of the labels that is explained; 0 for their mean, below 0 for what
        is worse than that; 0 where all labels are equal.
    rmse, mae : root of the mean squared error, and mean absolute error, in units of the label.
    *_low, *_high : 95 % intervals of a bootstrap over rows (Efron, 1979).
    standard_error : of `r2`, by the same bootstrap.
    """

    r2: float
    r2_low: float
    r2_high: float
    standard_error: float
    rmse: float
    rmse_low: float
    rmse_high: float
    mae: float
    mae_low: float
    mae_high: float
    n_rows: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def score_values(values: np.ndarray, y: np.ndarray, *, seed: int) -> ValueScore:
    """Score predicted numbers of the labelled rows.

    Parameters
    ----------
    values : (N,) predicted numbers. y : (N,) labels, NaN = unlabelled; at least one is labelled.
    """
    rows = labelled_rows(y)
    values, y = values[rows], y[rows]
    r2, rmse, mae = _figures(_sums(values, y).sum(axis=0))
    drawn = np.stack(_figures(_resample(_sums(values, y), seed)))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=1).tolist()
    return ValueScore(
        float(r2), low[0], high[0], float(drawn[0].std()),
        float(rmse), low[1], high[1],
        float(mae), low[2], high[2],
        n_rows=len(y),
    )  # fmt: skip


def root_mean_squared_error(values: np.ndarray, y: np.ndarray) -> float:
    return math.sqrt(float(((values - y) ** 2).mean()))


def _sums(values: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(N, 5) a row: 1, label from the mean, its square, squared error, absolute error."""
    centered, errors = y - y.mean(), np.abs(values - y)
    return np.column_stack([np.ones(len(y)), centered, centered**2, errors**2, errors])


def _resample(sums: np.ndarray, seed: int) -> np.ndarray:
    """(N_RESAMPLES, 5) sums of rows (or parcels) drawn with replacement."""
    rng = np.random.default_rng(seed)
    n_parcels = min(len(sums), MAX_PARCELS)
    parcels = np.zeros((n_parcels, sums.shape[1]))
    np.add.at(parcels, rng.permutation(len(sums)) % n_parcels, sums)
    shares = np.full(n_parcels, 1 / n_parcels)
    counts = rng.multinomial(n_parcels, shares, size=N_RESAMPLES)
    drawn: np.ndarray = counts @ parcels
    return drawn


def _figures(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """R2, RMSE and MAE of (..., 5) sums."""
    n, total, squares, squared_errors, errors = np.moveaxis(sums, -1, 0)
    spread = np.maximum(squares - total**2 / n, 0)
    with np.errstate(over="ignore"):
        unexplained = squared_errors / np.where(spread > 0, spread, 1)
    # Where all labels are equal there is nothing to explain.
    r2 = np.where(spread > 0, 1 - unexplained, 0.0)
    return np.maximum(r2, LOWEST_R2), np.sqrt(squared_errors / n), errors / n
