"""From a table of cells to what estimators read; one encoder a modality, saved with each member."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from automl.features.embeddings import Embeddings
from automl.features.projection import MeaningProjection
from automl.features.tabular import Numbers, TableEncoder
from automl.features.text import (
    KINDS,
    LETTERS,
    WORDS,
    TermWeights,
    TextCounter,
    read_texts,
    weigh_terms,
)
from automl.schema import TEXT, Schema


class Encoder(ABC):
    """Cells of columns c0.. in schema order -> features of a family's estimator."""

    unread: dict[str, int]

    @abstractmethod
    def transform(self, table: pa.Table, embeddings: Embeddings) -> Any: ...

    @abstractmethod
    def save(self, folder: Path) -> None: ...

    @classmethod
    @abstractmethod
    def load(cls, folder: Path) -> Self: ...


class Space(ABC):
    """All rows of one training, prepared once and shared by the folds."""

    @abstractmethod
    def split(self, train: np.ndarray, test: np.ndarray) -> tuple[Any, Any]:
        """Features of training and test rows; whatever is learned comes from the former."""

    @abstractmethod
    def fit_encoder(self, rows: np.ndarray) -> tuple[Encoder, Any]:
        """The encoder to ship, fitted on the given rows, and their features."""


class TextFeatures:
    """Four views of the same texts, made when they are asked for.

    Weighted terms are not kept: an estimator asks once, and of many texts they are large.

    Attributes
    ----------
    texts : as they are (see text.read_texts).
    words, letters : (N, n_terms) float32 weighted terms, rows of length 1.
    meaning : (N, n_dimensions) float32, rows of length 1.
    """

    def __init__(
        self,
        n_rows: int,
        terms: Callable[[str], sp.csr_matrix],
        meaning: Callable[[], np.ndarray],
        texts: Callable[[], list[str]],
    ) -> None:
        self.n_rows = n_rows
        self._terms, self._meaning, self._texts = terms, meaning, texts

    @cached_property
    def texts(self) -> list[str]:
        return self._texts()

    @property
    def words(self) -> sp.csr_matrix:
        return self._terms(WORDS)

    @property
    def letters(self) -> sp.csr_matrix:
        return self._terms(LETTERS)

    @cached_property
    def meaning(self) -> np.ndarray:
        return self._meaning()

    def take(self, rows: np.ndarray) -> TextFeatures:
        """The rows of a mask."""
        return TextFeatures(
            int(rows.sum()),
            lambda kind: (self.words if kind == WORDS else self.letters)[rows],
            lambda: self.meaning[rows],
            lambda: [self.texts[i] for i in np.flatnonzero(rows)],
        )


class TextSpace(Space):
    def __init__(self, table: pa.Table, embeddings: Embeddings) -> None:
        self.table, self.embeddings = table, embeddings
        self.counters = {kind: TextCounter(kind) for kind in KINDS}
        self._counts: dict[str, sp.csr_matrix] = {}

    def counts(self, kind: str) -> sp.csr_matrix:
        if kind not in self._counts:
            self._counts[kind] = self.counters[kind].fit_transform(self.texts)
        return self._counts[kind]

    @cached_property
    def texts(self) -> list[str]:
        return read_texts(self.table.column(0))

    def split(self, train: np.ndarray, test: np.ndarray) -> tuple[TextFeatures, TextFeatures]:
        weights = cache(lambda kind: TermWeights().fit(self.counts(kind)[train]))
        return self._features(weights, train), self._features(weights, test)

    def fit_encoder(self, rows: np.ndarray) -> tuple[TextEncoder, TextFeatures]:
        weights = {kind: TermWeights().fit(self.counts(kind)[rows]) for kind in KINDS}
        encoder = TextEncoder(
            {kind: self.counters[kind].keep(weights[kind].columns_) for kind in KINDS},
            {kind: weights[kind].idf_ for kind in KINDS},
        )
        return encoder, self._features(weights.__getitem__, rows)

    def _features(self, weights: Callable[[str], TermWeights], rows: np.ndarray) -> TextFeatures:
        return TextFeatures(
            int(rows.sum()),
            lambda kind: weights(kind).transform(self.counts(kind)[rows]),
            lambda: self.embeddings.column(0)[rows],
            lambda: [self.texts[i] for i in np.flatnonzero(rows)],
        )


class TextEncoder(Encoder):
    def __init__(self, counters: dict[str, TextCounter], idf: dict[str, np.ndarray]) -> None:
        self.counters, self.idf = counters, idf
        self.unread = {}

    def transform(self, table: pa.Table, embeddings: Embeddings) -> TextFeatures:
        texts = read_texts(table.column(0))
        return TextFeatures(
            len(texts),
            lambda kind: weigh_terms(self.counters[kind].transform(texts), self.idf[kind]),
            lambda: embeddings.column(0),
            lambda: texts,
        )

    def save(self, folder: Path) -> None:
        terms = {kind: self.counters[kind].terms for kind in KINDS}
        (folder / "terms.json").write_text(json.dumps(terms, ensure_ascii=True))
        np.savez(folder / "idf.npz", words=self.idf[WORDS], letters=self.idf[LETTERS])

    @classmethod
    def load(cls, folder: Path) -> Self:
        terms = json.loads((folder / "terms.json").read_text())
        with np.load(folder / "idf.npz", allow_pickle=False) as arrays:
            idf = {kind: arrays[kind] for kind in KINDS}
        return cls({kind: TextCounter(kind, terms=terms[kind]) for kind in KINDS}, idf)


class TableSpace(Space):
    def __init__(self, table: pa.Table, schema: Schema, embeddings: Embeddings) -> None:
        self.table, self.schema, self.embeddings = table, schema, embeddings
        everything = np.ones(table.num_rows, dtype=bool)
        self.numbers = self._fit(everything).transform(table, embeddings)

    def split(self, train: np.ndarray, test: np.ndarray) -> tuple[Numbers, Numbers]:
        return self.numbers.take(train), self.numbers.take(test)

    def fit_encoder(self, rows: np.ndarray) -> tuple[TabularEncoder, Numbers]:
        encoder = self._fit(rows)
        return encoder, encoder.transform(self.table, self.embeddings).take(rows)

    def _fit(self, rows: np.ndarray) -> TabularEncoder:
        """Learn from the given rows which categories there are and what texts differ in."""
        table = self.table.filter(pa.array(rows))
        texts = [i for i, column in enumerate(self.schema.columns) if column.kind == TEXT]
        projections = {
            i: MeaningProjection.fit(self.embeddings.column(i)[rows]) for i in texts if rows.any()
        }
        return TabularEncoder(TableEncoder(self.schema).fit(table), projections)


class TabularEncoder(Encoder):
    """Numbers of the cells; free texts as hashed words, and their meaning in few numbers."""

    def __init__(self, encoder: TableEncoder, projections: dict[int, MeaningProjection]) -> None:
        self.encoder, self.projections = encoder, projections

    @property
    def unread(self) -> dict[str, int]:  # type: ignore[override]
        return self.encoder.unread

    def transform(self, table: pa.Table, embeddings: Embeddings) -> Numbers:
        meanings = [p.apply(embeddings.column(i)) for i, p in self.projections.items()]
        return self.encoder.transform(table).with_columns(meanings)

    def column_name(self, place: int) -> str:
        """The column of the table that a column of `Numbers.dense` was made of."""
        sources = self.encoder.dense_sources()
        for i, projection in self.projections.items():
            sources += [i] * projection.components.shape[1]
        return self.encoder.schema.columns[sources[place]].name

    def save(self, folder: Path) -> None:
        (folder / "columns.json").write_text(json.dumps(self.encoder.to_json(), ensure_ascii=True))
        for i, projection in self.projections.items():
            np.savez(
                folder / f"meaning-{i}.npz", mean=projection.mean, components=projection.components
            )

    @classmethod
    def load(cls, folder: Path) -> Self:
        encoder = TableEncoder.from_json(json.loads((folder / "columns.json").read_text()))
        projections = {}
        for i in range(len(encoder.schema.columns)):
            path = folder / f"meaning-{i}.npz"
            if path.exists():
                with np.load(path, allow_pickle=False) as arrays:
                    projections[i] = MeaningProjection(arrays["mean"], arrays["components"])
        return cls(encoder, projections)


def prepare_space(modality: str, table: pa.Table, schema: Schema, embeddings: Embeddings) -> Space:
    return (
        TextSpace(table, embeddings)
        if modality == "text"
        else TableSpace(table, schema, embeddings)
    )


def load_encoder(modality: str, folder: Path) -> Encoder:
    return TextEncoder.load(folder) if modality == "text" else TabularEncoder.load(folder)
