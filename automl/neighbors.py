"""The rows that are most like each row, among all of them."""

from __future__ import annotations

from dataclasses import dataclass

import faiss
import numpy as np

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
    index = _make_index(vectors, seed)
    for start in range(0, n_rows, BATCH_ROWS):
        part = slice(start, start + BATCH_ROWS)
        squares, found = index.search(vectors[part], min(k + 1, n_rows))
        own = np.arange(n_rows)[part]
        kept_ids, kept = _without_self(found, squares, own)
        row_ids[part, : kept_ids.shape[1]] = kept_ids
        distances[part, : kept_ids.shape[1]] = kept
    return Neighbors(row_ids, distances)


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
