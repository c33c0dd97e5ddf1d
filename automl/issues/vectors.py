"""Rows as points, so that alike rows are near each other."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from automl.families.table_design import TableDesign
from automl.features.embeddings import Embeddings
from automl.features.spaces import TableSpace
from automl.schema import Schema

MAX_DIMENSIONS = 64


def place_rows(
    table: pa.Table, schema: Schema, modality: str, embeddings: Embeddings, *, seed: int
) -> np.ndarray:
    """(N, n_dimensions) float32: of a text its meaning, at length 1; of a table row its scaled
    numbers, one column a category, and the meaning of its texts.

    Wide tables are projected at random on 64 dimensions, which keeps distances but for a few
    hundredths (Johnson and Lindenstrauss, 1984).
    """
    if modality == "text":
        return embeddings.column(0).astype(np.float32, copy=False)
    numbers = TableSpace(table, schema, embeddings).numbers
    plain = numbers.without_words()
    design = TableDesign.fit(plain).transform(plain)
    if design.shape[1] <= MAX_DIMENSIONS:
        return np.asarray(design.toarray(), dtype=np.float32)
    rng = np.random.default_rng(seed)
    directions = rng.normal(size=(design.shape[1], MAX_DIMENSIONS)) / np.sqrt(MAX_DIMENSIONS)
    return np.asarray(design @ directions, dtype=np.float32)
