"""Rows that are equal, bit for bit."""

from __future__ import annotations

import numpy as np

BATCH_ROWS = 20_000


def find_copies(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Group equal rows, in memory that does not grow with the dimensions.

    By a random linear sum of each row's bits (Carter and Wegman, 1979); rows whose sums agree are
    compared, and one that only seems equal is a group of its own.

    Parameters
    ----------
    vectors : (N, n_dimensions) float32, contiguous.

    Returns
    -------
    firsts : (U,) int64, a row of each group.
    groups : (N,) int64, the place in `firsts` of each row's group.
    """
    bits = vectors.view(np.uint32)
    parts = [slice(start, start + BATCH_ROWS) for start in range(0, len(bits), BATCH_ROWS)]
    weights = np.random.default_rng(0).integers(2**64, size=bits.shape[1], dtype=np.uint64) | 1
    sums = np.concatenate([(bits[part] * weights).sum(axis=1) for part in parts])
    _, firsts, groups = np.unique(sums, return_index=True, return_inverse=True)
    differs = [(bits[part] != bits[firsts[groups[part]]]).any(axis=1) for part in parts]
    others = np.flatnonzero(np.concatenate(differs))
    groups[others] = len(firsts) + np.arange(len(others))
    return np.concatenate([firsts, others]), groups


def keep_copies(groups: np.ndarray, n: int) -> np.ndarray:
    """(M,) int64 rising: of each group the first n rows."""
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], groups[order])
    kept = order[np.arange(len(order)) - starts < n]
    return np.sort(kept)
