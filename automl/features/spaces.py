"""From a table of cells to what estimators read; one encoder a modality, saved with each member."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from automl.features.tabular import Numbers, TableEncoder
from automl.features.text import TermWeights, TextCounter, read_texts, weigh_terms
from automl.schema import Schema


class Encoder(ABC):
    """Cells of columns c0.. in schema order -> features of a family's estimator."""

    unread: dict[str, int]

    @abstractmethod
    def transform(self, table: pa.Table) -> Any: ...

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


class TextSpace(Space):
    def __init__(self, table: pa.Table) -> None:
        self.counter = TextCounter()
        self.counts = self.counter.fit_transform(read_texts(table.column(0)))

    def split(self, train: np.ndarray, test: np.ndarray) -> tuple[sp.csr_matrix, sp.csr_matrix]:
        weights = TermWeights().fit(self.counts[train])
        return weights.transform(self.counts[train]), weights.transform(self.counts[test])

    def fit_encoder(self, rows: np.ndarray) -> tuple[TextEncoder, sp.csr_matrix]:
        weights = TermWeights().fit(self.counts[rows])
        encoder = TextEncoder(self.counter.keep(weights.columns_), weights.idf_)
        return encoder, weights.transform(self.counts[rows])


class TextEncoder(Encoder):
    def __init__(self, counter: TextCounter, idf: np.ndarray) -> None:
        self.counter, self.idf = counter, idf
        self.unread = {}

    def transform(self, table: pa.Table) -> sp.csr_matrix:
        return weigh_terms(self.counter.transform(read_texts(table.column(0))), self.idf)

    def save(self, folder: Path) -> None:
        (folder / "terms.json").write_text(json.dumps(self.counter.terms, ensure_ascii=True))
        np.savez(folder / "idf.npz", idf=self.idf)

    @classmethod
    def load(cls, folder: Path) -> Self:
        terms = json.loads((folder / "terms.json").read_text())
        with np.load(folder / "idf.npz", allow_pickle=False) as arrays:
            return cls(TextCounter.from_terms(terms), arrays["idf"])


class TableSpace(Space):
    def __init__(self, table: pa.Table, schema: Schema) -> None:
        self.table, self.schema = table, schema
        self.numbers = TableEncoder(schema).fit(table).transform(table)

    def split(self, train: np.ndarray, test: np.ndarray) -> tuple[Numbers, Numbers]:
        return self.numbers.take(train), self.numbers.take(test)

    def fit_encoder(self, rows: np.ndarray) -> tuple[TabularEncoder, Numbers]:
        table = self.table.take(pa.array(np.flatnonzero(rows)))
        encoder = TabularEncoder(TableEncoder(self.schema).fit(table))
        return encoder, encoder.transform(table)


class TabularEncoder(Encoder):
    def __init__(self, encoder: TableEncoder) -> None:
        self.encoder = encoder

    @property
    def unread(self) -> dict[str, int]:  # type: ignore[override]
        return self.encoder.unread

    def transform(self, table: pa.Table) -> Numbers:
        return self.encoder.transform(table)

    def save(self, folder: Path) -> None:
        (folder / "columns.json").write_text(json.dumps(self.encoder.to_json(), ensure_ascii=True))

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(TableEncoder.from_json(json.loads((folder / "columns.json").read_text())))


def prepare_space(modality: str, table: pa.Table, schema: Schema) -> Space:
    return TextSpace(table) if modality == "text" else TableSpace(table, schema)


def load_encoder(modality: str, folder: Path) -> Encoder:
    return TextEncoder.load(folder) if modality == "text" else TabularEncoder.load(folder)
