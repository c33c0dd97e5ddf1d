"""One fold for each row: stratified by label, duplicates together, the same every time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

LARGE_ROWS = 20_000
UNLABELLED = -1


def count_splits(n_rows: int) -> int:
    """5 folds below 20,000 rows, 3 from there on; decided by the number of rows alone."""
    return 5 if n_rows < LARGE_ROWS else 3


def make_folds(
    y: np.ndarray,
    *,
    groups: np.ndarray | None = None,
    n_splits: int | None = None,
    seed: int,
) -> np.ndarray:
    """Deal rows to folds.

    Clusters of duplicates are dealt as one, in turn, class by class and within a class by
    falling size and then at random: each class is spread as evenly as its clusters allow. A
    row with several labels counts as a row of its rarest one, as in iterative stratification
    (Sechidis et al., 2011). Unlabelled rows get a fold too.

    Parameters
    ----------
    y : (N,) class indices or (N, K) sets, -1 = unlabelled.
    groups : (N,) cluster of each row; None, or a single cluster: every row by itself.

    Returns
    -------
    (N,) int8
    """
    n_rows = len(y)
    if groups is None or len(np.unique(groups)) < 2:
        groups = np.arange(n_rows)
    strata = _strata(y)
    units, first_rows, sizes = np.unique(groups, return_index=True, return_counts=True)
    n_splits = min(n_splits or count_splits(n_rows), len(units))
    chance = np.random.default_rng(seed).permutation(len(units))
    order = np.lexsort((chance, -sizes, strata[first_rows]))
    fold_of_unit = np.empty(len(units), dtype=np.int8)
    fold_of_unit[order] = np.arange(len(units)) % n_splits
    return fold_of_unit[np.searchsorted(units, groups)]


def duplicate_groups(table: pa.Table, positions: Sequence[int]) -> np.ndarray:
    """(N,) int64: rows whose cells are equal, but for case and spaces, share a number."""
    columns = [table.column(position).to_pylist() for position in positions]
    seen: dict[tuple[str, ...], int] = {}
    groups = np.empty(table.num_rows, dtype=np.int64)
    for i, cells in enumerate(zip(*columns, strict=True)):
        key = tuple(" ".join((cell or "").casefold().split()) for cell in cells)
        groups[i] = seen.setdefault(key, len(seen))
    return groups


def _strata(y: np.ndarray) -> np.ndarray:
    if y.ndim == 1:
        return y
    unlabelled = (y < 0).any(axis=1)
    present = y > 0
    # The rarest label first: argmax then finds it; a row without labels is a stratum of its own.
    rarest_first = np.argsort(present.sum(axis=0), kind="stable")
    rank = present[:, rarest_first].argmax(axis=1)
    strata = np.where(present.any(axis=1), rank, y.shape[1])
    return np.where(unlabelled, UNLABELLED, strata)
