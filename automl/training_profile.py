"""What the rows that a predictor was trained on look like, column by column, in little space."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from automl.problem import MULTI_CLASS, MULTI_LABEL, REGRESSION, parse_label_set
from automl.schema import BOOLEAN, CATEGORICAL, DATETIME, NUMERIC, TEXT, Column, Schema
from automl.values import distinct_cells, read_numbers, read_times

FILE = "training_profile.json"
N_PARTS = 10
MAX_VALUES = 1_000
# Values that are alike this far count as one.
MAX_VALUE_CHARS = 200
# Where a cell falls that is in no part and no kept value: places behind those.
BELOW, ABOVE, OTHER, MISSING, UNREAD = range(5)
N_OUTSIDE = 5

READERS = {NUMERIC: read_numbers, DATETIME: read_times}


@dataclass(frozen=True)
class ColumnProfile:
    """One column in bins: k parts or k values, then below, above, other, missing, unread.

    Attributes
    ----------
    edges : numeric, datetime (seconds since 1970) and text (characters): the least value, then
        the upper end of each of at most ten parts of about equal count; a part has its upper end,
        the first one also the lower. Where one value is frequent there are fewer.
    values : categorical and boolean: the at most 1,000 most frequent cells, most frequent first,
        cut to 200 characters.
    counts : (k + 5,) rows in each bin. Missing is the empty cell, of text the blank one; unread a
        cell that is no finite number, or no time.
    """

    name: str
    kind: str
    edges: tuple[float, ...]
    values: tuple[str, ...]
    counts: tuple[int, ...]

    @classmethod
    def of(cls, column: Column, cells: pa.ChunkedArray) -> Self:
        edges: tuple[float, ...] = ()
        values: tuple[str, ...] = ()
        if column.kind in {CATEGORICAL, BOOLEAN}:
            values = _frequent_values(cells)
        elif column.kind in {NUMERIC, DATETIME, TEXT}:
            measured = _measure(column.kind, cells)
            edges = _equal_parts(np.repeat(measured.numbers, measured.counts))
        empty = cls(column.name, column.kind, edges, values, ())
        return cls(column.name, column.kind, edges, values, tuple(empty.count(cells).tolist()))

    @property
    def n_bins(self) -> int:
        """k, without the five outside."""
        return len(self.values) or max(len(self.edges) - 1, 0)

    @property
    def n_rows(self) -> int:
        return sum(self.counts)

    @property
    def n_missing(self) -> int:
        return self.counts[self.n_bins + MISSING]

    @property
    def n_unread(self) -> int:
        return self.counts[self.n_bins + UNREAD]

    @property
    def n_other(self) -> int:
        """Rows whose value is not among the kept ones."""
        return self.counts[self.n_bins + OTHER]

    @property
    def has_all_values(self) -> bool:
        return self.kind in {CATEGORICAL, BOOLEAN} and self.n_other == 0

    def count(self, cells: pa.ChunkedArray | pa.Array) -> np.ndarray:
        """(k + 5,) int64 rows of other cells in these bins."""
        counts = np.zeros(self.n_bins + N_OUTSIDE, dtype=np.int64)
        if self.kind in {CATEGORICAL, BOOLEAN}:
            distinct = distinct_cells(cells)
            np.add.at(counts, self.find_values(distinct.values), distinct.counts)
        elif self.kind in READERS or self.kind == TEXT:
            measured = _measure(self.kind, cells)
            np.add.at(counts, self._find_parts(measured.numbers), measured.counts)
            counts[self.n_bins + MISSING] += measured.n_missing
            counts[self.n_bins + UNREAD] += measured.n_unread
        else:
            n_missing = sum(c for v, c in _count_cut(cells).items() if not v)
            counts[OTHER], counts[MISSING] = len(cells) - n_missing, n_missing
        return counts

    def find_values(self, values: Iterable[str]) -> np.ndarray:
        """(n,) int64: the bin of each categorical cell."""
        other = self.n_bins + OTHER
        found = [self._bins.get(value[:MAX_VALUE_CHARS], other) for value in values]
        return np.array(found, dtype=np.int64)

    @cached_property
    def _bins(self) -> dict[str, int]:
        bins = {value: i for i, value in enumerate(self.values)}
        return bins | {"": self.n_bins + MISSING}

    def _find_parts(self, numbers: np.ndarray) -> np.ndarray:
        if not self.edges:
            return np.full(len(numbers), OTHER, dtype=np.int64)
        places = np.searchsorted(self.edges[1:], numbers, side="left")
        places[numbers > self.edges[-1]] = self.n_bins + ABOVE
        places[numbers < self.edges[0]] = self.n_bins + BELOW
        return places

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        lists = {key: tuple(content[key]) for key in ("edges", "values", "counts")}
        return cls(content["name"], content["kind"], **lists)


@dataclass(frozen=True)
class TrainingProfile:
    """Attributes
    ----------
    labels : rows of each class, or with each label, most frequent first; none of numbers.
    predicted_labels : the same of held-out predictions of these rows; empty where not known.
    has_sets : whether a row may have several labels.
    """

    n_rows: int
    columns: tuple[ColumnProfile, ...]
    labels: dict[str, int]
    predicted_labels: dict[str, int]
    has_sets: bool

    @classmethod
    def of(
        cls,
        table: pa.Table,
        schema: Schema,
        labels: Sequence[str | None],
        *,
        problem_type: str = MULTI_CLASS,
        predicted: Sequence[str | None] = (),
    ) -> Self:
        """Equal rows give an equal profile, in whatever order.

        Parameters
        ----------
        table : (N rows) columns c0.. of text in the order of `schema`.
        labels, predicted : (N,) as text, sets as comma lists (see problem.parse_label_set).
        """
        return cls(
            n_rows=table.num_rows,
            columns=tuple(
                ColumnProfile.of(column, table.column(i)) for i, column in enumerate(schema.columns)
            ),
            labels=dict(rank_counts(count_labels(labels, problem_type))),
            predicted_labels=dict(rank_counts(count_labels(predicted, problem_type))),
            has_sets=problem_type == MULTI_LABEL,
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        columns = tuple(ColumnProfile.from_json(column) for column in content["columns"])
        return cls(**content | {"columns": columns})

    def save(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(self.to_json(), ensure_ascii=True))

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """None for predictors from before there were profiles."""
        path = folder / FILE
        return cls.from_json(json.loads(path.read_text())) if path.exists() else None

    @classmethod
    def read_bundle(cls, path: Path) -> Self | None:
        """The same, straight from the zip of a predictor; its bytes were checked before."""
        with zipfile.ZipFile(path) as archive:
            if FILE not in archive.namelist():
                return None
            return cls.from_json(json.loads(archive.read(FILE)))


def count_labels(labels: Iterable[str | None], problem_type: str) -> Counter[str]:
    """Rows of each class, or with each label of sets; nothing where labels are numbers."""
    if problem_type == REGRESSION:
        return Counter()
    counted = Counter(labels)
    counts = Counter({label: n for label, n in counted.items() if label is not None})
    if problem_type != MULTI_LABEL:
        return counts
    of_sets: Counter[str] = Counter()
    for cell, count in counts.items():
        of_sets.update(dict.fromkeys(parse_label_set(cell), count))
    return of_sets


def rank_counts(counts: Counter[str]) -> list[tuple[str, int]]:
    """Most frequent first, equally frequent ones in code-point order."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def is_blank(texts: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Whether a cell is null or nothing but white space."""
    filled = pc.fill_null(pc.cast(texts, pa.string()), "")
    return pc.equal(pc.utf8_trim_whitespace(filled), "")


class _Measured(NamedTuple):
    """The numbers, seconds or characters of cells that have some, and how many cells have each."""

    numbers: np.ndarray
    counts: np.ndarray
    n_missing: int
    n_unread: int


def _measure(kind: str, cells: pa.ChunkedArray | pa.Array) -> _Measured:
    if kind == TEXT:
        filled = cells.filter(pc.invert(is_blank(cells)))
        lengths = pc.utf8_length(filled).to_numpy().astype(np.float64)
        return _Measured(*np.unique(lengths, return_counts=True), len(cells) - len(filled), 0)
    distinct = distinct_cells(cells)
    numbers = READERS[kind](distinct.dictionary) + 0.0  # of two zeros one
    counts, is_known = distinct.counts, ~np.isnan(numbers)
    n_unread = int(counts[distinct.is_unread(numbers)].sum())
    n_missing = int(counts[~is_known].sum()) - n_unread
    return _Measured(numbers[is_known], counts[is_known], n_missing, n_unread)


def _equal_parts(numbers: np.ndarray) -> tuple[float, ...]:
    """Edges at values that occur: no sum or mean of large ones can overflow."""
    if not len(numbers):
        return ()
    ordered = np.sort(numbers)
    ends = [-(-len(ordered) * i // N_PARTS) - 1 for i in range(1, N_PARTS + 1)]
    return (float(ordered[0]), *np.unique(ordered[ends]).tolist())


def _frequent_values(cells: pa.ChunkedArray) -> tuple[str, ...]:
    counts = _count_cut(cells)
    counts.pop("", None)
    return tuple(value for value, _ in rank_counts(counts)[:MAX_VALUES])


def _count_cut(cells: pa.ChunkedArray | pa.Array) -> Counter[str]:
    distinct = distinct_cells(cells)
    counts: Counter[str] = Counter()
    for value, count in zip(distinct.values, distinct.counts.tolist(), strict=True):
        counts[value[:MAX_VALUE_CHARS]] += count
    return counts
