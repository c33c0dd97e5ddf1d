"""Whether a model is as good for some groups of rows as for the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from automl.intervals import wilson_interval
from automl.schema import BOOLEAN, CATEGORICAL, Schema
from automl.shown_text import show_name
from automl.values import distinct_cells

MIN_VALUES, MAX_VALUES = 2, 20
MIN_GROUP_ROWS = 30
MAX_GROUPS = 20
MAX_NAME_CHARS = 120


def list_subgroups(table: pa.Table, schema: Schema, right: np.ndarray) -> list[dict[str, Any]]:
    """Accuracy of the rows that share a value, furthest from the accuracy of all rows first.

    Looked at are categorical and boolean columns of 2 to 20 values ("" counts as one), and of
    these the groups of at least 30 rows. A group among many stands out by chance too: the 95 %
    Wilson interval (1927) is of one group, not corrected for how many there are.

    Parameters
    ----------
    table : columns c0.. of text in the order of `schema`, N rows, all labelled.
    right : (N,) bool, whether the held-out prediction of each row is right.

    Returns
    -------
    At most 20 groups: column, value, n, accuracy, low, high, gap (accuracy minus that of all).
    """
    overall = float(right.mean()) if len(right) else 0.0
    groups = [
        group
        for i, column in enumerate(schema.columns)
        if column.kind in {CATEGORICAL, BOOLEAN}
        for group in _column_groups(column.name, table.column(i), right, overall)
    ]
    return sorted(groups, key=lambda group: -abs(group["gap"]))[:MAX_GROUPS]


def _column_groups(
    name: str, cells: pa.ChunkedArray, right: np.ndarray, overall: float
) -> list[dict[str, Any]]:
    distinct = distinct_cells(cells)
    values, counts = distinct.values, distinct.counts.tolist()
    if not MIN_VALUES <= len(values) <= MAX_VALUES:
        return []
    n_right = np.bincount(distinct.codes, weights=right, minlength=len(values)).astype(np.int64)
    return [
        _describe_group(name, values[v], counts[v], int(n_right[v]), overall)
        for v in range(len(values))
        if counts[v] >= MIN_GROUP_ROWS
    ]


def _describe_group(name: str, value: str, n: int, n_right: int, overall: float) -> dict[str, Any]:
    low, high = wilson_interval(n_right, n)
    return {
        "column": show_name(name, MAX_NAME_CHARS),
        "value": show_name(value, MAX_NAME_CHARS),
        "n": n,
        "accuracy": round(n_right / n, 6),
        "low": round(low, 6),
        "high": round(high, 6),
        "gap": round(n_right / n - overall, 6),
    }
