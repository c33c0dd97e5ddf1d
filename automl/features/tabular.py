"""Table columns as numbers: one block for trees (codes, NaN) and one for linear estimators."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from sklearn.feature_extraction.text import HashingVectorizer

from automl.features.text import read_texts
from automl.schema import (
    BOOLEAN,
    CATEGORICAL,
    CONSTANT,
    DATETIME,
    EMPTY,
    IDENTIFIER,
    NUMERIC,
    TEXT,
    Schema,
)
from automl.values import count_values, distinct_cells, parse_numbers, read_times

MAX_CATEGORIES = 250
MIN_CATEGORY_ROWS = 3
TEXT_BUCKETS = 256
# Trees compare in 32 bits, and a linear estimator squares: larger numbers count as this one.
LARGEST_NUMBER = 1e30
UNSEEN_CODE = 0
N_TIME_PARTS = 6
_TEXT_HASHER = HashingVectorizer(
    n_features=TEXT_BUCKETS, alternate_sign=False, norm="l2", token_pattern=r"\w+"
)


@dataclass
class Numbers:
    """A table as numbers, (N, n) float64 with NaN = missing.

    Attributes
    ----------
    dense : numeric columns, parts of dates, and category codes (0 = unseen or rare).
    is_category : (n,) bool, which columns of `dense` are codes.
    words : (N, 256 x text columns) hashed words of free-text columns.
    """

    dense: np.ndarray
    is_category: np.ndarray
    words: sp.csr_matrix

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.dense), self.dense.shape[1] + self.words.shape[1]

    @property
    def n_rows(self) -> int:
        return len(self.dense)

    def with_columns(self, blocks: list[np.ndarray]) -> Numbers:
        """With more numeric columns at the end."""
        added = sum(block.shape[1] for block in blocks)
        is_category = np.concatenate([self.is_category, np.zeros(added, dtype=bool)])
        return Numbers(np.hstack([self.dense, *blocks]), is_category, self.words)

    def without_words(self) -> Numbers:
        return Numbers(self.dense, self.is_category, self.words[:, :0])

    def take(self, rows: np.ndarray) -> Numbers:
        """The rows of a mask or of indices."""
        return Numbers(self.dense[rows], self.is_category, self.words[rows])


@dataclass
class TableEncoder:
    """Learns the categories of each column; reads cells alike at training and prediction.

    Which categories exist is learned from the rows given to `fit`; no label is looked at.
    """

    schema: Schema
    categories: dict[str, list[str]] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)

    def fit(self, table: pa.Table) -> TableEncoder:
        for i, column in enumerate(self.schema.columns):
            if column.kind in {CATEGORICAL, BOOLEAN}:
                self.categories[str(i)] = _frequent_values(table.column(i))
        return self

    def transform(self, table: pa.Table) -> Numbers:
        """Encode columns c0.. in schema order; `unread` counts cells that had to be dropped."""
        self.unread = {}
        blocks: list[np.ndarray] = []
        is_category: list[bool] = []
        words: list[sp.csr_matrix] = []
        for i, column in enumerate(self.schema.columns):
            cells = table.column(i)
            if column.kind in {CATEGORICAL, BOOLEAN}:
                blocks.append(_codes(cells, self.categories[str(i)])[:, None])
                is_category.append(True)
            elif column.kind == NUMERIC:
                blocks.append(self._numbers(column.name, cells)[:, None])
                is_category.append(False)
            elif column.kind == DATETIME:
                parts = _time_parts(cells)
                blocks.append(parts)
                is_category += [False] * parts.shape[1]
            elif column.kind == TEXT:
                words.append(_TEXT_HASHER.transform(read_texts(cells)))
                blocks.append(_text_lengths(cells)[:, None])
                is_category.append(False)
            else:
                assert column.kind in {IDENTIFIER, CONSTANT, EMPTY}, column.kind
        n_rows = table.num_rows
        return Numbers(
            dense=np.hstack(blocks) if blocks else np.zeros((n_rows, 1)),
            is_category=np.array(is_category or [False]),
            words=sp.hstack(words, format="csr") if words else sp.csr_matrix((n_rows, 0)),
        )

    def dense_sources(self) -> list[int]:
        """For each column of `Numbers.dense`, the place in the schema of what it was made of."""
        widths = {CATEGORICAL: 1, BOOLEAN: 1, NUMERIC: 1, DATETIME: N_TIME_PARTS, TEXT: 1}
        columns = enumerate(self.schema.columns)
        return [i for i, column in columns for _ in range(widths.get(column.kind, 0))]

    def to_json(self) -> dict[str, Any]:
        return {"schema": self.schema.to_json(), "categories": self.categories}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> TableEncoder:
        return cls(Schema.from_json(data["schema"]), data["categories"])

    def _numbers(self, name: str, cells: pa.ChunkedArray) -> np.ndarray:
        numbers, n_unread = parse_numbers(cells)
        if n_unread:
            self.unread[name] = n_unread
        return np.clip(numbers, -LARGEST_NUMBER, LARGEST_NUMBER)


def _frequent_values(cells: pa.ChunkedArray) -> list[str]:
    """Categories with enough rows, most frequent first; the rest shares the code 0."""
    values, counts = count_values(cells)
    needed = MIN_CATEGORY_ROWS if len(cells) >= 100 else 1
    pairs = [(-n, value) for value, n in zip(values, counts, strict=True) if n >= needed]
    return [value for _, value in sorted(pairs)[:MAX_CATEGORIES]]


def _codes(cells: pa.ChunkedArray, categories: list[str]) -> np.ndarray:
    """1.. for known categories, 0 for others; an empty cell is a category like any other."""
    index = {value: code for code, value in enumerate(categories, start=UNSEEN_CODE + 1)}
    distinct = distinct_cells(cells)
    codes = [index.get(value, UNSEEN_CODE) for value in distinct.values]
    return np.array(codes, dtype=np.float64)[distinct.codes]


def _time_parts(cells: pa.ChunkedArray) -> np.ndarray:
    """(N, 6): days since 1970, year, month, day, weekday, hour; NaN where it is no time."""
    distinct = distinct_cells(cells)
    return _split_times(read_times(distinct.dictionary)[distinct.codes])


def _split_times(seconds: np.ndarray) -> np.ndarray:
    parts = np.full((len(seconds), N_TIME_PARTS), np.nan)
    known = ~np.isnan(seconds)
    whole = seconds[known].astype("int64")
    moments = whole.astype("datetime64[s]")
    days = moments.astype("datetime64[D]")
    months = moments.astype("datetime64[M]")
    years = moments.astype("datetime64[Y]")
    parts[known, 0] = whole / 86_400
    parts[known, 1] = years.astype("int64") + 1970
    parts[known, 2] = (months - years).astype("int64") + 1
    parts[known, 3] = (days - months).astype("int64") + 1
    parts[known, 4] = (days.astype("int64") + 3) % 7
    parts[known, 5] = (whole // 3600) % 24
    return parts


def _text_lengths(cells: pa.ChunkedArray) -> np.ndarray:
    return np.array([len(cell or "") for cell in cells.to_pylist()], dtype=np.float64)
