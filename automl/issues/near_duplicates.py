"""Rows that are copies of each other, or nearly."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from automl.issues.thresholds import FLAGGED_FROM
from automl.neighbors import Neighbors


def cluster_duplicates(neighbors: Neighbors, exact: np.ndarray, limit: float) -> np.ndarray:
    """(N,) int64: rows of one cluster share a number.

    Copies are in one cluster, and so is, step by step, whatever is within `limit` of a member.

    Parameters
    ----------
    exact : (N,) numbers that copies share (see folds.duplicate_groups).
    limit : distance from which on rows are not duplicates.
    """
    n_rows = len(exact)
    rows, places = np.nonzero(neighbors.distances <= limit)
    others = neighbors.row_ids[rows, places]
    first_of = _first_rows(exact)
    rows = np.concatenate([rows, np.arange(n_rows)])
    others = np.concatenate([others, first_of])
    links = sp.coo_matrix((np.ones(len(rows), dtype=bool), (rows, others)), shape=(n_rows, n_rows))
    _, clusters = connected_components(links, directed=False)
    return np.asarray(clusters, dtype=np.int64)


def find_near_duplicates(
    neighbors: Neighbors, exact: np.ndarray, clusters: np.ndarray, limit: float
) -> pa.Table:
    """Flags, scores and cluster numbers.

    Returns
    -------
    is_near_duplicate; near_duplicate_score: 1 for a copy, 0.5 at `limit`, towards 0 the further the
    nearest other row is; near_duplicate_cluster_id: 0.. in the order of first rows, null for rows
    that are alone.
    """
    nearest = neighbors.distances[:, 0].astype(np.float64)
    has_copy = np.bincount(exact)[exact] > 1 if len(exact) else np.zeros(0, dtype=bool)
    score = np.where(has_copy, 1.0, limit / (limit + nearest)) if limit > 0 else has_copy * 1.0
    is_alone = np.bincount(clusters)[clusters] == 1 if len(clusters) else np.zeros(0, dtype=bool)
    return pa.table(
        {
            # Of a cluster each member is one, also where its nearest row was found from the other.
            "is_near_duplicate": (score >= FLAGGED_FROM) | ~is_alone,
            "near_duplicate_score": score,
            "near_duplicate_cluster_id": _number_clusters(clusters, is_alone),
        }
    )


def _first_rows(exact: np.ndarray) -> np.ndarray:
    """(N,) the first row that is a copy of each row."""
    _, first, inverse = np.unique(exact, return_index=True, return_inverse=True)
    rows: np.ndarray = first[inverse]
    return rows


def _number_clusters(clusters: np.ndarray, is_alone: np.ndarray) -> pa.Array:
    members = np.flatnonzero(~is_alone)
    names, first, inverse = np.unique(clusters[members], return_index=True, return_inverse=True)
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(names))
    numbers = np.zeros(len(clusters), dtype=np.int64)
    numbers[members] = rank[inverse]
    return pa.array(numbers, mask=is_alone)
