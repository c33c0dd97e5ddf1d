"""How clearly a row belongs to one class: ambiguous ones, and surely well labelled ones."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from automl.issues.thresholds import AMBIGUOUS_MARGIN, WELL_LABELED_MARGIN
from automl.problem import labelled_rows


def judge_clarity(pred_probs: np.ndarray, y: np.ndarray) -> pa.Table:
    """From the margin between the two likeliest classes, and between the given one and the rest.

    Parameters
    ----------
    pred_probs : (N, K) out-of-fold probabilities.
    y : (N,) class indices, -1 = unlabelled; of sets of labels, (N, K), neither question makes
        sense row by row: nothing is flagged and there are no scores.

    Returns
    -------
    is_ambiguous, ambiguous_score (null for unlabelled rows), is_well_labeled.
    """
    n_rows = len(y)
    if y.ndim == 2 or pred_probs.shape[1] < 2:
        none = np.zeros(n_rows, dtype=bool)
        return _table(none, np.zeros(n_rows), ~none, none)
    labelled = labelled_rows(y)
    top = np.sort(pred_probs, axis=1)[:, ::-1]
    margin = top[:, 0] - top[:, 1]
    given = pred_probs[np.arange(n_rows), np.where(labelled, y, 0)]
    best_other = np.where(given >= top[:, 0], top[:, 1], top[:, 0])
    is_well = labelled & (given - best_other >= WELL_LABELED_MARGIN)
    return _table(labelled & (margin <= AMBIGUOUS_MARGIN), 1 - margin, ~labelled, is_well)


def _table(
    is_ambiguous: np.ndarray, score: np.ndarray, has_none: np.ndarray, is_well: np.ndarray
) -> pa.Table:
    return pa.table(
        {
            "is_ambiguous": is_ambiguous,
            "ambiguous_score": pa.array(np.clip(score, 0, 1), mask=has_none),
            "is_well_labeled": is_well,
        }
    )
