"""Request side: single rows of a file with their predictions, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.compute as pc

from automl.arrow_arrays import make_float_scalar
from inference.models import InferenceResult
from studio.files import local_path
from studio.parquet_reading import column_names, read_columns, take_rows
from studio.review_filters import to_places

PAGE_ROWS = 50
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


def find_rows(result: InferenceResult, query: RowQuery) -> Sequence[int]:
    """Places in the file that the query shows, in its order."""
    facts = _read_facts(result, query)
    mask = _mask(query, facts)
    places: Sequence[int] = range(facts.num_rows) if mask is None else to_places(mask)
    if query.order == "file":
        return places
    confidence = facts.column("confidence")
    kept = confidence if mask is None else confidence.filter(mask)
    order = pc.sort_indices(
        pa.table({"confidence": kept}),
        sort_keys=[
            ("confidence", "ascending" if query.order == "rising" else "descending", "at_end")
        ],
    )
    return [places[i] for i in order.to_pylist()]


def count_below(result: InferenceResult, limits: Sequence[float]) -> list[int]:
    """How many rows are less sure than each limit."""
    confidence = read_columns(_path(result), ["confidence"]).column(0)
    return [pc.sum(pc.less(confidence, make_float_scalar(limit))).as_py() or 0 for limit in limits]


def _path(result: InferenceResult) -> Any:
    assert result.result_file is not None
    return local_path(result.result_file)


def _read_facts(result: InferenceResult, query: RowQuery) -> pa.Table:
    wanted = {"confidence"} | ({COLUMNS[query.show]} if query.show in COLUMNS else set())
    known = set(column_names(_path(result)))
    return read_columns(_path(result), sorted(wanted & known))


def _mask(query: RowQuery, facts: pa.Table) -> Any:
    if query.show == "unsure":
        return pc.less(facts.column("confidence"), make_float_scalar(query.below))
    column = COLUMNS.get(query.show)
    if column is None:
        return None
    if column not in facts.column_names:
        return pa.nulls(facts.num_rows, pa.bool_())
    found = facts.column(column)
    if column == "novelty":
        return pc.greater_equal(found, make_float_scalar(NOVEL_FROM))
    return pc.invert(found) if column == "is_right" else pc.is_valid(found)


def _read_rows(result: InferenceResult, places: Sequence[int]) -> list[PredictedRow]:
    if not len(places):
        return []
    assert result.table_file is not None
    shown = _shown_positions(result)
    cells = take_rows(local_path(result.table_file), places, [f"c{i}" for i in shown])
    known = column_names(_path(result))
    wanted = [name for name in known if not name.startswith("p") or not name[1:].isdecimal()]
    facts = take_rows(_path(result), places, wanted).to_pylist()
    rows = zip(*(cells.column(f"c{i}").to_pylist() for i in shown), strict=True)
    names = [result.column_names[i] for i in shown]
    return [
        PredictedRow(
            place + 1,
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
