"""Classes that have too few rows for their labels to be judged."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from automl.issues.thresholds import RARE_CLASS_ROWS
from automl.problem import labelled_rows


def find_rare_classes(y: np.ndarray) -> pa.Table:
    """has_rare_class: the given class, or one of the given labels, has fewer than 5 rows.

    Parameters
    ----------
    y : (N,) class indices or (N, K) sets, -1 = unlabelled.
    """
    labelled = labelled_rows(y)
    if y.ndim == 2:
        is_rare = y[labelled].sum(axis=0, dtype=np.int64) < RARE_CLASS_ROWS
        return pa.table({"has_rare_class": labelled & ((y == 1) & is_rare).any(axis=1)})
    counts = np.bincount(y[labelled], minlength=1)
    is_rare = counts[np.where(labelled, y, 0)] < RARE_CLASS_ROWS
    return pa.table({"has_rare_class": labelled & is_rare})
