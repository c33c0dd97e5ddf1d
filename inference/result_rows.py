"""Request side: single rows of a file with their predictions, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from automl.arrow_arrays import make_float_scalar
from inference.models import InferenceResult
from inference.row_findings import first_place
from studio.files import local_path
from studio.parquet_reading import column_names, read_parts, take_rows
from studio.review_filters import to_places

PAGE_ROWS = 50
# Read at a time, so that a page of many million rows takes no more than their order.
PART_ROWS = 100_000
PLACE_BITS = 2**32 - 1
COLUMNS = {"wrong": "is_right", "warned": "warning", "novel": "novelty"}
# Percentile of training rows.
NOVEL_FROM = 99.0
MAX_COLUMNS = 8
MAX_CHARS = 400
SHOWN = {
    "all": "All rows",
    "unsure": "Unsure rows",
    "novel": "Unlike training",
    "wrong": "Wrong",
    "warned": "With a warning",
}
ORDERS = {
    "file": "In the order of the file",
    "rising": "Least sure first",
    "falling": "Surest first",
}


@dataclass(frozen=True)
class RowQuery:
    """Attributes
    ----------
    show : one of `SHOWN`. below : with "unsure" the confidence that rows stay below.
    order : one of `ORDERS`.
    """

    show: str = "all"
    below: float = 0.8
    order: str = "file"
    number: int = 1

    def to_url(self, **changes: Any) -> str:
        asked = {"show": self.show, "below": self.below, "order": self.order, "page": self.number}
        return "?" + urlencode(asked | changes)


@dataclass(frozen=True)
class PredictedRow:
    """`number`: its line in the file, where that tells rows; else counted from 1."""

    number: int
    cells: list[tuple[str, str]]
    facts: dict[str, Any]


@dataclass(frozen=True)
class RowPage:
    rows: list[PredictedRow]
    n_rows: int
    query: RowQuery

    @property
    def n_pages(self) -> int:
        return max(1, -(-self.n_rows // PAGE_ROWS))

    @property
    def first(self) -> int:
        return (self.query.number - 1) * PAGE_ROWS + 1 if self.n_rows else 0

    @property
    def last(self) -> int:
        return min(self.query.number * PAGE_ROWS, self.n_rows)


def read_page(result: InferenceResult, query: RowQuery) -> RowPage:
    places = find_rows(result, query)
    n_pages = max(1, -(-len(places) // PAGE_ROWS))
    query = RowQuery(query.show, query.below, query.order, min(query.number, n_pages))
    chosen = places[(query.number - 1) * PAGE_ROWS : query.number * PAGE_ROWS]
    return RowPage(_read_rows(result, chosen), len(places), query)


def find_rows(result: InferenceResult, query: RowQuery) -> Sequence[int] | np.ndarray:
    """Places in the file that the query shows, in its order."""
    if (query.show, query.order) == ("all", "file"):
        return range(result.n_rows)
    # One array, sorted where it is: of many million rows each copy counts.
    keys, n_found, first = np.empty(result.n_rows, dtype=np.uint64), 0, 0
    for facts in read_parts(_path(result), PART_ROWS, _wanted(result, query)):
        found = _find(query, facts)
        ranks = _rank(_confidence(facts)[found], query.order)
        keys[n_found : n_found + len(found)] = ranks | (first + found).astype(np.uint64)
        n_found, first = n_found + len(found), first + facts.num_rows
    chosen = keys[:n_found]
    chosen.sort()
    return np.bitwise_and(chosen, np.uint64(PLACE_BITS), out=chosen).view(np.int64)


def _rank(confidence: np.ndarray, order: str) -> np.ndarray:
    """(n,) uint64 that sort as rows do, above the bits of their places.

    Of 32 bits: rows that differ by less are in the order of the file.
    """
    if order == "file":
        return np.zeros(len(confidence), dtype=np.uint64)
    # Of numbers that are not negative the bits sort like the numbers.
    bits = confidence.astype(np.float32).view(np.uint32)
    return (bits if order == "rising" else ~bits).astype(np.uint64) << np.uint64(32)


def count_below(result: InferenceResult, limits: Sequence[float]) -> list[int]:
    """How many rows are less sure than each limit."""
    counts = np.zeros(len(limits), dtype=np.int64)
    for facts in read_parts(_path(result), PART_ROWS, ["confidence"]):
        confidence = _confidence(facts)
        counts += [np.count_nonzero(confidence < limit) for limit in limits]
    return counts.tolist()


def _path(result: InferenceResult) -> Any:
    assert result.result_file is not None
    return local_path(result.result_file)


def _wanted(result: InferenceResult, query: RowQuery) -> list[str]:
    wanted = {"confidence"} | ({COLUMNS[query.show]} if query.show in COLUMNS else set())
    return sorted(wanted & set(column_names(_path(result))))


def _confidence(facts: pa.Table) -> np.ndarray:
    """Read as it lies in memory: other ways would import pandas."""
    return np.from_dlpack(facts.column("confidence").combine_chunks())


def _find(query: RowQuery, facts: pa.Table) -> np.ndarray:
    """(n,) int64, which of these rows the query shows."""
    column = COLUMNS.get(query.show)
    if query.show == "unsure":
        mask = pc.less(facts.column("confidence"), make_float_scalar(query.below))
    elif column is None:
        return np.arange(facts.num_rows)
    elif column not in facts.column_names:
        return np.empty(0, dtype=np.int64)
    elif column == "novelty":
        mask = pc.greater_equal(facts.column(column), make_float_scalar(NOVEL_FROM))
    elif column == "is_right":
        mask = pc.invert(facts.column(column))
    else:
        mask = pc.is_valid(facts.column(column))
    return np.asarray(to_places(mask), dtype=np.int64)


def _read_rows(result: InferenceResult, places: Sequence[int] | np.ndarray) -> list[PredictedRow]:
    if not len(places):
        return []
    assert result.table_file is not None
    shown = _shown_positions(result)
    cells = take_rows(local_path(result.table_file), places, [f"c{i}" for i in shown])
    known = column_names(_path(result))
    wanted = [name for name in known if not name.startswith("p") or not name[1:].isdecimal()]
    facts = take_rows(_path(result), places, wanted).to_pylist()
    rows = zip(*(cells.column(f"c{i}").to_pylist() for i in shown), strict=True)
    names, first = [result.column_names[i] for i in shown], first_place(result)
    return [
        PredictedRow(
            first + int(place),
            [(name, _cut(cell)) for name, cell in zip(names, row, strict=True)],
            fact,
        )
        for place, row, fact in zip(places, rows, facts, strict=True)
    ]


def _shown_positions(result: InferenceResult) -> list[int]:
    """What the model reads, as far as there is room."""
    used = [position for position in result.positions if position is not None]
    return used[:MAX_COLUMNS]


def _cut(cell: str | None) -> str:
    text = cell or ""
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 1] + "…"
