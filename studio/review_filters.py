"""Which rows a query lets through, and in which order: masks over the Parquet facts.

Only the columns that a query speaks of are read; nothing here imports pandas or numpy.
"""

from array import array
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from automl.arrow_arrays import make_integer_array, make_text_array
from studio.files import local_path
from studio.models import Cleanset
from studio.review_query import PRESETS, WORST_FIRST, ReviewQuery

NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"


def find_places(cleanset: Cleanset, query: ReviewQuery) -> Sequence[int]:
    """Places in the issues file, in the order asked for."""
    facts = _read_facts(cleanset, query)
    masks = [mask for mask in _masks(cleanset, query, facts) if mask is not None]
    places: Any = range(facts.num_rows)
    if masks:
        allowed = masks[0]
        for mask in masks[1:]:
            allowed = pc.and_(allowed, mask)
        places = to_places(pc.fill_null(allowed, False))
    if query.sort == WORST_FIRST and not query.is_rising:
        return places
    return _sort(cleanset, query, facts, places)


def find_place(cleanset: Cleanset, row_id: int) -> int | None:
    """Where a row is in the issues file."""
    index = pq.read_table(_issues_path(cleanset), columns=["row_id"])
    places = to_places(pc.is_in(index.column("row_id"), make_integer_array([row_id])))
    return places[0] if places else None


def to_places(mask: Any) -> Sequence[int]:
    """Where a mask is true, read from Arrow's buffer: other ways would import pandas."""
    if isinstance(mask, pa.ChunkedArray):
        mask = mask.combine_chunks()
    found = pc.indices_nonzero(mask)
    return array("Q", found.buffers()[1].to_pybytes())[: len(found)]


def known_columns(cleanset: Cleanset) -> set[str]:
    """Of its issues file: an older analysis, or one of a table, has fewer."""
    return set(pq.read_schema(_issues_path(cleanset)).names)


def _issues_path(cleanset: Cleanset) -> Any:
    assert cleanset.issues_file is not None
    return local_path(cleanset.issues_file)


def _read_facts(cleanset: Cleanset, query: ReviewQuery) -> pa.Table:
    wanted = {"row_id", PRESETS[query.preset].flag, query.sort}
    wanted |= {"given_label"} if query.given else set()
    wanted |= {"suggested_label"} if query.suggested else set()
    wanted |= {name for name, _ in (*query.lows, *query.highs)}
    columns = sorted(wanted & known_columns(cleanset))
    return pq.read_table(_issues_path(cleanset), columns=columns)


def _masks(cleanset: Cleanset, query: ReviewQuery, facts: pa.Table) -> list[Any]:
    return [
        _preset_mask(cleanset, query, facts),
        _label_mask(facts, "given_label", query.given),
        _label_mask(facts, "suggested_label", query.suggested),
        *(_limit_mask(facts, name, pc.greater_equal, low) for name, low in query.lows),
        *(_limit_mask(facts, name, pc.less_equal, high) for name, high in query.highs),
        _text_mask(cleanset, facts, _feature_positions(cleanset), query.search),
        _text_mask(cleanset, facts, [query.column or 0], query.contains),
    ]


def _preset_mask(cleanset: Cleanset, query: ReviewQuery, facts: pa.Table) -> Any:
    if query.preset in {"decided", "undecided"}:
        ids = make_integer_array(cleanset.decisions.values_list("row_id", flat=True))
        decided = pc.is_in(facts.column("row_id"), ids)
        return decided if query.preset == "decided" else pc.invert(decided)
    if query.preset == "needs-review":
        ids = make_integer_array(cleanset.tags.values_list("row_id", flat=True))
        return pc.is_in(facts.column("row_id"), ids)
    flag = PRESETS[query.preset].flag
    if not flag:
        return None
    return facts.column(flag) if flag in facts.column_names else _nowhere(facts)


def _label_mask(facts: pa.Table, name: str, labels: tuple[str, ...]) -> Any:
    return pc.is_in(facts.column(name), make_text_array(labels)) if labels else None


def _limit_mask(facts: pa.Table, name: str, compare: Any, limit: float) -> Any:
    return compare(facts.column(name), limit) if name in facts.column_names else _nowhere(facts)


def _text_mask(cleanset: Cleanset, facts: pa.Table, positions: list[int], text: str) -> Any:
    """Rows of which a cell of the given columns contains a text, whatever the case."""
    if not text:
        return None
    parts = [
        pc.match_substring(column, text, ignore_case=True)
        for column in _dataset_columns(cleanset, positions).columns
    ]
    found = parts[0]
    for part in parts[1:]:
        found = pc.or_kleene(found, part)
    return found.take(facts.column("row_id"))


def _nowhere(facts: pa.Table) -> Any:
    return pc.less(facts.column("row_id"), 0)


def _sort(cleanset: Cleanset, query: ReviewQuery, facts: pa.Table, places: Any) -> Sequence[int]:
    kept = facts.take(make_integer_array(places))
    if query.sort.startswith("c") and query.sort[1:].isdecimal():
        cells = _sortable_cells(cleanset, int(query.sort[1:])).take(kept.column("row_id"))
        kept = kept.append_column("_cells", cells)
    key = "_cells" if "_cells" in kept.column_names else query.sort
    if key not in kept.column_names:
        return places
    order = "ascending" if query.is_rising else "descending"
    keys = [(key, order, "at_end"), ("row_id", "ascending", "at_end")]
    indices = pc.sort_indices(kept, sort_keys=keys[: 1 if key == "row_id" else 2])
    return array("Q", make_integer_array(places).take(indices).buffers()[1].to_pybytes())[
        : len(indices)
    ]


def _sortable_cells(cleanset: Cleanset, position: int) -> Any:
    """As numbers where the column has numbers; what is none comes last."""
    cells = _dataset_columns(cleanset, [position]).column(0)
    profiles = cleanset.project.dataset.profiles
    kind = next((p["kind"] for p in profiles if p["position"] == position), "")
    if kind != "numeric":
        return cells
    readable = pc.if_else(pc.match_substring_regex(cells, NUMBER), cells, None)
    return pc.cast(pc.utf8_trim_whitespace(readable), pa.float64())


def _feature_positions(cleanset: Cleanset) -> list[int]:
    return [column["position"] for column in cleanset.project.feature_schema]


def _dataset_columns(cleanset: Cleanset, positions: list[int]) -> pa.Table:
    stored = cleanset.project.dataset.table_file
    assert stored is not None
    return pq.read_table(local_path(stored), columns=[f"c{p}" for p in positions])
