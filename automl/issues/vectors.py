"""Rows as points, so that alike rows are near each other."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from automl.features.embeddings import Embeddings
from automl.features.spaces import TableSpace
from automl.row_places import RowPlaces
from automl.schema import Schema


def place_rows(
    table: pa.Table, schema: Schema, modality: str, embeddings: Embeddings, *, seed: int
) -> np.ndarray:
    """(N, n_dimensions) float32: of a text its meaning, at length 1; of a table row see
    `RowPlaces`."""
    if modality == "text":
        return embeddings.column(0).astype(np.float32, copy=False)
    numbers = TableSpace(table, schema, embeddings).numbers
    return RowPlaces.fit(numbers, seed=seed).place(numbers)
