"""One fold for each row: stratified by label, duplicates together, the same every time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from automl.iterative_stratification import spread_label_sets
from automl.problem import are_values, labelled_rows

LARGE_ROWS = 20_000
HUGE_ROWS = 100_000

# Equal rows that are more frequent than this are a common value, not copies: what is learned
# from them will be met again, and keeping them together would leave a fold without the others.
MAX_GROUP_SHARE = 0.01
MIN_COMMON_ROWS = 10
# Numbers are spread over the folds like classes, the classes being ranges of as many rows each.
MAX_RANGES = 20


def count_splits(n_rows: int) -> int:
    """5 folds below 20,000 rows, 3 to 100,000, 2 above; decided by the number of rows alone.

    Two folds cost about what one holdout of a fifth would, and every row gets a prediction.
    """
    if n_rows < LARGE_ROWS:
        return 5
    return 3 if n_rows <= HUGE_ROWS else 2


def make_folds(
    y: np.ndarray,
    *,
    groups: np.ndarray | None = None,
    n_splits: int | None = None,
    seed: int,
) -> np.ndarray:
    """Deal rows to folds; every fold gets some.

    Parameters
    ----------
    y : (N,) class indices or (N, K) sets, -1 = unlabelled; or (N,) numbers, NaN = unlabelled.
        Unlabelled rows get a fold too.
    groups : (N,) rows with equal numbers stay together, unless they are too many to be copies
        (over 10 rows and 1 %, or a whole fold); None: every row by itself.
    n_splits : None: by `count_splits`.

    Returns
    -------
    (N,) int8, from 0. A class with fewer rows than folds is missing from some of them.
    """
    n_rows = len(y)
    n_splits = max(min(n_splits or count_splits(n_rows), n_rows), 1)
    rng = np.random.default_rng(seed)
    groups = _split_common(groups, n_rows, n_splits)
    if are_values(y):
        y = _number_ranges(y, n_splits)
    if y.ndim == 2:
        return _spread_sets(y, groups, n_splits, rng)
    return _spread_classes(y, groups, n_splits, rng)


def duplicate_groups(table: pa.Table, positions: Sequence[int]) -> np.ndarray:
    """(N,) int64: rows whose cells are equal, but for case and spaces, share a number.

    Numbers count up from 0 in order of appearance. Rows are told apart by a 64-bit hash; a
    collision only puts two rows into one fold.
    """
    hashes = np.zeros(table.num_rows, dtype=np.uint64)
    for position in positions:
        cells = _number_cells(table.column(position))
        hashes = _mix(hashes * np.uint64(0x100000001B3) + cells + np.uint64(1))
    _, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    numbered: np.ndarray = rank[inverse]
    return numbered


def _number_cells(cells: pa.ChunkedArray) -> np.ndarray:
    """(N,) uint64, equal for cells that differ in case and spaces only."""
    lower = pc.utf8_lower(pc.fill_null(cells, ""))
    plain = pc.replace_substring_regex(pc.utf8_trim_whitespace(lower), r"\s+", " ")
    chunks = plain.dictionary_encode().unify_dictionaries().chunks
    indices = [chunk.indices.to_numpy(zero_copy_only=False) for chunk in chunks]
    return np.concatenate([np.empty(0, dtype=np.uint64), *indices]).astype(np.uint64)


def _mix(numbers: np.ndarray) -> np.ndarray:
    """The finishing step of splitmix64 (Steele, Lea, Flood, 2014)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: np.ndarray = numbers ^ (numbers >> np.uint64(31))
    return mixed


def _split_common(groups: np.ndarray | None, n_rows: int, n_splits: int) -> np.ndarray:
    """Groups numbered from 0; the rows of groups that are too large stand alone."""
    if groups is None:
        return np.arange(n_rows)
    _, numbered = np.unique(groups, return_inverse=True)
    sizes = np.bincount(numbered)
    limit = min(n_rows / n_splits, max(MIN_COMMON_ROWS, MAX_GROUP_SHARE * n_rows))
    is_common = sizes[numbered] > limit
    numbered[is_common] = len(sizes) + np.arange(is_common.sum())
    _, renumbered = np.unique(numbered, return_inverse=True)
    return renumbered


def _spread_sets(
    y: np.ndarray, groups: np.ndarray, n_splits: int, rng: np.random.Generator
) -> np.ndarray:
    sizes = np.bincount(groups)
    counts = np.zeros((len(sizes), y.shape[1]), dtype=np.int64)
    np.add.at(counts, groups, np.where(labelled_rows(y)[:, None], y, 0))
    folds: np.ndarray = spread_label_sets(counts, sizes, n_splits, rng)[groups]
    return folds


def _number_ranges(y: np.ndarray, n_splits: int) -> np.ndarray:
    """(N,) range of each number, equal ones in the same; -1 = unlabelled.

    A range has at least a row for each fold.
    """
    ranges = np.full(len(y), -1, dtype=np.int64)
    labelled = labelled_rows(y)
    if labelled.any():
        n_ranges = max(min(int(labelled.sum()) // n_splits, MAX_RANGES), 1)
        edges = np.quantile(y[labelled], np.arange(1, n_ranges) / n_ranges)
        ranges[labelled] = np.searchsorted(edges, y[labelled], side="right")
    return ranges


def _spread_classes(
    y: np.ndarray, groups: np.ndarray, n_splits: int, rng: np.random.Generator
) -> np.ndarray:
    """Whole groups first, largest first; then single rows level out what these left uneven."""
    strata = np.where(y < 0, y.max(initial=-1) + 1, y)
    folds = np.full(len(y), -1, dtype=np.int8)
    counts = np.zeros((n_splits, int(strata.max(initial=0)) + 1), dtype=np.int64)
    for rows in _copied_rows(groups, rng):
        # As few rows of the same classes as possible, then as few rows as possible.
        alike, total = counts[:, strata[rows]].sum(axis=1), counts.sum(axis=1)
        fold = np.lexsort((total, alike))[0]
        folds[rows] = fold
        np.add.at(counts[fold], strata[rows], 1)
    alone = rng.permutation(np.flatnonzero(folds < 0))
    alone = alone[np.argsort(strata[alone], kind="stable")]
    for rows in np.split(alone, np.flatnonzero(np.diff(strata[alone])) + 1):
        if len(rows):
            stratum = strata[rows[0]]
            given = level_counts(counts[:, stratum], counts.sum(axis=1), len(rows))
            folds[rows] = np.repeat(np.arange(n_splits), given)
            counts[:, stratum] += given
    return folds


def level_counts(counts: np.ndarray, totals: np.ndarray, extra: int) -> np.ndarray:
    """How many of `extra` rows each fold gets so that `counts` end as level as can be.

    What is left after levelling goes, one each, to the folds with the smallest totals.
    """
    ordered = np.sort(counts)
    level = 0
    for n_lowest in range(len(ordered), 0, -1):
        level = (extra + ordered[:n_lowest].sum()) // n_lowest
        if level >= ordered[n_lowest - 1]:
            break
    given: np.ndarray = np.maximum(level - counts, 0)
    by_need = np.lexsort((totals + given, counts + given))
    given[by_need[: extra - given.sum()]] += 1
    return given


def _copied_rows(groups: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """The rows of each group of two and more, largest group first, else in random order."""
    copied = np.flatnonzero(np.bincount(groups)[groups] > 1) if len(groups) else groups
    copied = copied[np.argsort(groups[copied], kind="stable")]
    parts = np.split(copied, np.flatnonzero(np.diff(groups[copied])) + 1)
    shuffled = [parts[i] for i in rng.permutation(len(parts)) if len(parts[i])]
    return sorted(shuffled, key=len, reverse=True)
