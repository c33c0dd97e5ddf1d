"""The meaning of a table's texts: one matrix a column, made once and shared by all who read it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from automl.features.built_in import MINILM, load_built_in
from automl.features.sentence_encoder import SentenceEncoder
from automl.features.text import read_texts
from automl.progress import Progress, ignore_progress


class Embeddings:
    """Vectors of columns c0.. of a table; a column that was not given is made at first use.

    Parameters
    ----------
    given : (N, n_dimensions) float32 by position, for instance read from a feature file.
    encoders : by position, for what is made; a column without one is read by the bundled encoder.
    """

    def __init__(
        self,
        table: pa.Table,
        given: Mapping[int, np.ndarray] | None = None,
        *,
        encoders: Mapping[int, SentenceEncoder] | None = None,
    ) -> None:
        self._table = table
        self._made = dict(given or {})
        self._encoders = encoders or {}

    def column(self, position: int, *, progress: Progress = ignore_progress) -> np.ndarray:
        if position not in self._made:
            texts = read_texts(self._table.column(position))
            encoder = self._encoders.get(position) or load_built_in(MINILM)
            self._made[position] = encoder.encode(texts, progress=progress)
        return self._made[position]

    def take(self, table: pa.Table, rows: np.ndarray) -> Embeddings:
        """Of some rows, of which `table` has the cells; what was made is not made again."""
        made = {i: vectors[rows] for i, vectors in self._made.items()}
        return Embeddings(table, made, encoders=self._encoders)
