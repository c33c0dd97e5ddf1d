"""What can be said of rows without their labels: once a dataset, for all its versions."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from automl.features.embeddings import Embeddings
from automl.folds import duplicate_groups
from automl.issues.languages import find_other_languages
from automl.issues.near_duplicates import cluster_duplicates, find_near_duplicates
from automl.issues.outliers import find_outliers
from automl.issues.personal_data import find_personal_data
from automl.issues.texts import measure_texts
from automl.issues.thresholds import NEAR_DUPLICATE_ROW, NEAR_DUPLICATE_TEXT
from automl.issues.vectors import place_rows
from automl.neighbors import Neighbors, find_neighbors
from automl.progress import Progress, ignore_progress
from automl.schema import Schema

NEIGHBOR_IDS, NEIGHBOR_DISTANCES = "neighbor_row_ids", "neighbor_distances"
CLUSTER = "near_duplicate_cluster_id"
N_STEPS = 4


def judge_rows(
    table: pa.Table,
    schema: Schema,
    modality: str,
    embeddings: Embeddings,
    *,
    seed: int,
    progress: Progress = ignore_progress,
) -> pa.Table:
    """Near duplicates, outliers and, of texts, personal data, language and length.

    Parameters
    ----------
    table : columns c0.. of text in the order of `schema`, all N rows of the dataset.

    Returns
    -------
    N rows: neighbor_row_ids and neighbor_distances (lists, nearest first, without gaps), then the
    columns of the functions in this package.
    """
    progress("Comparing rows", 0, N_STEPS)
    vectors = place_rows(table, schema, modality, embeddings, seed=seed)
    neighbors = find_neighbors(vectors, seed=seed)
    exact = duplicate_groups(table, range(table.num_columns))
    limit = _duplicate_limit(neighbors, modality)
    clusters = cluster_duplicates(neighbors, exact, limit)
    parts = [
        _list_neighbors(neighbors),
        find_near_duplicates(neighbors, exact, clusters, limit),
        find_outliers(neighbors),
    ]
    if modality == "text":
        parts += _judge_texts([cell or "" for cell in table.column(0).to_pylist()], progress)
    return join_columns(parts)


def duplicate_clusters(rows: pa.Table) -> np.ndarray:
    """(N,) numbers that rows of one cluster share, from what `judge_rows` found."""
    clusters = rows.column(CLUSTER).to_numpy()
    alone = np.isnan(clusters)
    numbers = np.where(alone, 0, clusters).astype(np.int64)
    numbers[alone] = numbers.max(initial=0) + 1 + np.arange(alone.sum())
    return numbers


def count_kept_together(rows: pa.Table, folds: np.ndarray) -> tuple[int, int]:
    """How many rows, and in how many clusters, are in one fold with all of their cluster.

    A cluster of rows so frequent that they are no copies is spread over the folds (`make_folds`).

    Parameters
    ----------
    rows : what `judge_rows` found, of N rows. folds : (N,) the fold of each.
    """
    clusters = rows.column(CLUSTER).to_numpy()
    inside = ~np.isnan(clusters)
    _, numbered = np.unique(clusters[inside], return_inverse=True)
    n_clusters = int(numbered.max(initial=-1)) + 1
    lowest, highest = np.full(n_clusters, np.inf), np.full(n_clusters, -np.inf)
    np.minimum.at(lowest, numbered, folds[inside])
    np.maximum.at(highest, numbered, folds[inside])
    is_whole = lowest == highest
    return int(is_whole[numbered].sum()), int(is_whole.sum())


def join_columns(parts: list[pa.Table]) -> pa.Table:
    """Tables of the same rows side by side."""
    columns = {name: part.column(name) for part in parts for name in part.column_names}
    return pa.table(columns)


def _duplicate_limit(neighbors: Neighbors, modality: str) -> float:
    """The distance up to which rows are near duplicates of each other."""
    if modality == "text":
        # Vectors of length 1: the square of their distance is twice their cosine distance.
        return float(np.sqrt(2 * NEAR_DUPLICATE_TEXT))
    nearest = neighbors.distances[:, 0]
    apart = nearest[(nearest > 0) & np.isfinite(nearest)]
    return NEAR_DUPLICATE_ROW * float(np.median(apart)) if len(apart) else 0.0


def _judge_texts(texts: list[str], progress: Progress) -> list[pa.Table]:
    progress("Looking for personal data", 1, N_STEPS)
    found = [measure_texts(texts), find_personal_data(texts)]
    progress("Telling languages", 2, N_STEPS)
    return [*found, find_other_languages(texts)]


def _list_neighbors(neighbors: Neighbors) -> pa.Table:
    """Lists without the gaps that few rows leave."""
    known = neighbors.row_ids >= 0
    offsets = pa.array(np.concatenate([[0], known.sum(axis=1).cumsum()]), pa.int32())
    ids = pa.ListArray.from_arrays(offsets, pa.array(neighbors.row_ids[known]))
    distances = pa.ListArray.from_arrays(offsets, pa.array(neighbors.distances[known]))
    return pa.table({NEIGHBOR_IDS: ids, NEIGHBOR_DISTANCES: distances})
