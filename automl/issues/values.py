"""Which given numbers are probably wrong: far from what was predicted of them out of fold."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa

from automl.issues.thresholds import VALUE_SPREADS
from automl.problem import labelled_rows

MIN_RANGE_ROWS = 200
MAX_RANGES = 20
# A normal distribution's standard deviation, in median absolute deviations.
NORMAL = 1.4826
# A hundredth of the labels' spread is all that a suggestion can claim to know, and then some.
SPREAD_DIGITS = 4
MAX_DECIMALS = 12


def find_value_issues(values: np.ndarray, y: np.ndarray, labels: list[str | None]) -> pa.Table:
    """Judge every given number by its distance from the out-of-fold prediction.

    The distance counts in spreads of such distances: their median absolute deviation (Iglewicz
    and Hoaglin, 1993), halfway (as a geometric mean) between that of all rows and that of rows
    with a prediction of this size, because large numbers are mostly missed by more. cleanlab's
    OUTRE compares each row with half of all others, which many rows do not allow.

    Parameters
    ----------
    values : (N,) out-of-fold predictions. y : (N,) labels, NaN = unlabelled.
    labels : as they were given; suggestions are written with no more decimals.

    Returns
    -------
    Table in row order: is_label_issue, label_issue_score (0 for unlabelled rows; d / (d + 3) for
    a distance of d spreads), suggested_label (null unless an issue or unlabelled),
    predicted_label, is_initially_unlabeled.
    """
    labelled = labelled_rows(y)
    distances = np.zeros(len(y))
    if labelled.any():
        distances[labelled] = _distances(values[labelled], y[labelled])
    written = _write_values(values, y[labelled], labels)
    same = np.array([own == other for own, other in zip(written, labels, strict=True)], dtype=bool)
    is_issue = (distances >= VALUE_SPREADS) & ~same
    shown = is_issue | ~labelled
    suggested = [text if show else None for text, show in zip(written, shown, strict=True)]
    return pa.table(
        {
            "is_label_issue": is_issue,
            "label_issue_score": distances / (distances + VALUE_SPREADS),
            "suggested_label": pa.array(suggested, pa.string()),
            "predicted_label": pa.array(written, pa.string()),
            "is_initially_unlabeled": ~labelled,
        }
    )


def _distances(values: np.ndarray, y: np.ndarray) -> np.ndarray:
    errors = y - values
    n_ranges = min(MAX_RANGES, max(len(y) // MIN_RANGE_ROWS, 1))
    edges = np.unique(np.quantile(values, np.arange(1, n_ranges) / n_ranges))
    ranges = np.searchsorted(edges, values, side="right")
    everywhere = _spread(errors)
    spreads = np.array(
        [_spread(errors[ranges == k]) if (ranges == k).any() else 0 for k in range(len(edges) + 1)]
    )
    # Where most predictions are exact a spread of 0 says nothing; all rows together may.
    own = np.where(spreads > 0, np.sqrt(spreads * everywhere), everywhere)[ranges]
    away = np.abs(errors - np.median(errors))
    return np.divide(away, own, out=np.zeros(len(y)), where=own > 0)


def _spread(errors: np.ndarray) -> float:
    return NORMAL * float(np.median(np.abs(errors - np.median(errors))))


def _write_values(values: np.ndarray, y: np.ndarray, labels: list[str | None]) -> list[str]:
    """As the labels are written, with no more decimals than mean something."""
    decimals = min(_decimals_of(labels), _telling_decimals(y))
    return [f"{value:.{decimals}f}" for value in (np.round(values, decimals) + 0.0).tolist()]


def _decimals_of(labels: list[str | None]) -> int:
    """The most that a label has; many where one is written with an exponent."""
    given = [label for label in labels if label is not None]
    if any("e" in label.lower() for label in given):
        return MAX_DECIMALS
    return max((len(label.strip().partition(".")[2]) for label in given), default=MAX_DECIMALS)


def _telling_decimals(y: np.ndarray) -> int:
    spread = float(y.std()) if len(y) else 0.0
    if spread == 0:
        return SPREAD_DIGITS
    return int(np.clip(SPREAD_DIGITS - math.floor(math.log10(spread)), 0, MAX_DECIMALS))
