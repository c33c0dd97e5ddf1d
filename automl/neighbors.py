"""The rows that are most like each row, among all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import faiss
import numpy as np

from automl.copies import find_copies, keep_copies
from automl.threads import thread_count

N_NEIGHBORS = 10
# Below it every pair of rows is compared.
MIN_INDEXED_ROWS = 10_000
# Of an index: rows a cell, cells that are searched, and rows that its centres are learned from.
ROWS_PER_CELL, MAX_CELLS = 100, 4096
N_SEARCHED = 16
ROWS_PER_CENTER = 64
BATCH_ROWS = 20_000


@dataclass(frozen=True)
class Neighbors:
    """Attributes
    ----------
    row_ids : (N, k) int64, nearest first, never the row itself; -1 where there are fewer rows.
    distances : (N, k) float32, Euclidean; infinite where there are fewer rows.
    """

    row_ids: np.ndarray
    distances: np.ndarray


def find_neighbors(vectors: np.ndarray, *, k: int = N_NEIGHBORS, seed: int) -> Neighbors:
    """The k nearest other rows of each row.

    From 10,000 rows on through an inverted file (Jegou et al., 2011; faiss), which compares a row
    with those of its 16 nearest cells: nearly all neighbours are found, at a fraction of the time.
    Equal rows have equal neighbours, so each different one is looked for once; and of its copies
    no more can be found than k + 1, so these are enough. (All in one cell, they would be compared
    with each other.)

    Parameters
    ----------
    vectors : (N, n_dimensions) float32, without missing values.
    """
    n_rows = len(vectors)
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    row_ids = np.full((n_rows, k), -1, dtype=np.int64)
    distances = np.full((n_rows, k), np.inf, dtype=np.float32)
    if n_rows < 2 or vectors.shape[1] == 0:
        return Neighbors(row_ids, distances)
    faiss.omp_set_num_threads(thread_count())
    firsts, groups = find_copies(vectors)
    kept = keep_copies(groups, k + 1)
    index = _make_index(vectors if len(kept) == n_rows else vectors[kept], seed)
    for part, own in _batches(groups, len(firsts)):
        squares, found = index.search(vectors[firsts[part]], min(k + 1, n_rows))
        found = np.where(found < 0, -1, kept[found])
        asked = groups[own] - part.start
        others, others_squares = _without_self(found[asked], squares[asked], own)
        row_ids[own, : others.shape[1]] = others
        distances[own, : others.shape[1]] = others_squares
    return Neighbors(row_ids, distances)


def _batches(groups: np.ndarray, n_groups: int) -> Iterator[tuple[slice, np.ndarray]]:
    """Some groups of equal rows after others, with all of their rows."""
    by_group = np.argsort(groups, kind="stable")
    ends = np.concatenate([[0], np.cumsum(np.bincount(groups, minlength=n_groups))])
    for start in range(0, n_groups, BATCH_ROWS):
        part = slice(start, min(start + BATCH_ROWS, n_groups))
        yield part, by_group[ends[part.start] : ends[part.stop]]


def _make_index(vectors: np.ndarray, seed: int) -> faiss.Index:
    flat = faiss.IndexFlatL2(vectors.shape[1])
    if len(vectors) < MIN_INDEXED_ROWS:
        flat.add(vectors)
        return flat
    n_cells = min(len(vectors) // ROWS_PER_CELL, MAX_CELLS)
    index = faiss.IndexIVFFlat(flat, vectors.shape[1], n_cells)
    index.cp.seed, index.cp.niter = seed + 1, 10
    index.cp.max_points_per_centroid = ROWS_PER_CENTER
    index.train(vectors)
    index.add(vectors)
    index.nprobe = N_SEARCHED
    return index


def _without_self(
    found: np.ndarray, squares: np.ndarray, own: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A row finds itself, unless more copies of it than asked for come first: then the last of
    those found goes."""
    is_self = found == own[:, None]
    is_self[~is_self.any(axis=1), -1] = True
    shape = (len(found), found.shape[1] - 1)
    row_ids = found[~is_self].reshape(shape)
    distances = np.sqrt(np.maximum(squares[~is_self].reshape(shape), 0))
    return row_ids, np.where(row_ids < 0, np.inf, distances)
