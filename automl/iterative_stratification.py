"""Folds for label sets: iterative stratification (Sechidis, Tsoumakas, Vlahavas, 2011)."""

from __future__ import annotations

import numpy as np


def spread_label_sets(
    counts: np.ndarray, sizes: np.ndarray, n_splits: int, rng: np.random.Generator
) -> np.ndarray:
    """Give groups of rows to folds so that each label is spread evenly, the rarest first.

    Parameters
    ----------
    counts : (G, K), how often each label occurs in each group.
    sizes : (G,), rows of each group.

    Returns
    -------
    (G,) int8
    """
    folds = np.full(len(sizes), -1, dtype=np.int8)
    wanted = np.tile(counts.sum(axis=0) / n_splits, (n_splits, 1))
    room = np.full(n_splits, sizes.sum() / n_splits)
    left = counts.sum(axis=0)
    shuffled = rng.permutation(len(sizes))
    while (left > 0).any():
        label = int(np.where(left > 0, left, np.iinfo(np.int64).max).argmin())
        having = shuffled[(counts[shuffled, label] > 0) & (folds[shuffled] < 0)]
        for group in _largest_first(having, sizes):
            fold = np.lexsort((-room, -wanted[:, label]))[0]
            folds[group] = fold
            wanted[fold] -= counts[group]
            room[fold] -= sizes[group]
        left = left - counts[having].sum(axis=0)
    for group in _largest_first(shuffled[folds[shuffled] < 0], sizes):
        fold = room.argmax()
        folds[group] = fold
        room[fold] -= sizes[group]
    return folds


def _largest_first(groups: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    return groups[np.argsort(-sizes[groups], kind="stable")]
