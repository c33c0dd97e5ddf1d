"""Which rows a query lets through, and in which order: masks over the Parquet facts.

Only the columns that a query speaks of are read; nothing here imports pandas or numpy.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial, reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from automl.arrow_arrays import (
    make_float_scalar,
    make_integer_array,
    make_integer_scalar,
    make_text_array,
    make_text_scalar,
)
from automl.problem import MULTI_LABEL, REGRESSION, parse_label_set
from studio.dataset_cells import (
    BATCH_ROWS,
    column_kind,
    dataset_path,
    parse_limit,
    read_numbers,
    read_sortable,
    read_values,
)
from studio.files import local_path
from studio.models import Cleanset
from studio.parquet_reading import column_names, open_parquet, read_columns
from studio.random_sample import sampled_places
from studio.review_query import PRESETS, SAMPLE, TO_LABEL, WORST_FIRST, ReviewQuery

# Presets that are about what people did.
OF_DECISIONS = frozenset({"decided", "undecided", "needs-review", TO_LABEL})
CELLS = "_cells"
OF_LABELS = frozenset({"given_label", "suggested_label"})
# Beyond this share of the rows sorting all of them is no slower than choosing the first.
MAX_CHOSEN_SHARE = 0.05


@dataclass(frozen=True)
class Found:
    """Places in the issues file in the order asked for, and how many rows there are in all."""

    places: Sequence[int]
    n_rows: int


def find_places(cleanset: Cleanset, query: ReviewQuery, *, first: int | None = None) -> Found:
    """What a query shows; with `first` perhaps only so many places: much faster where it sorts."""
    facts = _read_facts(cleanset, query)
    masks = [mask for mask in _masks(cleanset, query, facts) if mask is not None]
    places: Any = range(facts.num_rows)
    if masks:
        allowed = masks[0]
        for mask in masks[1:]:
            allowed = pc.and_(allowed, mask)
        places = to_places(allowed)
    if query.preset == SAMPLE:
        allowed_places = set(places)
        places = array("Q", (p for p in sampled_places(cleanset) if p in allowed_places))
    n_rows = len(places)
    if query.sort != WORST_FIRST or query.is_rising:
        places = _sort(cleanset, query, facts, places, first)
    return Found(places, n_rows)


def find_place(cleanset: Cleanset, row_id: int) -> int | None:
    """Where a row is in the issues file; None where this version does not have it."""
    if not 0 <= row_id < cleanset.project.dataset.n_rows:
        return None
    index = read_columns(_issues_path(cleanset), ["row_id"])
    places = to_places(pc.equal(index.column("row_id"), make_integer_scalar(row_id)))
    return places[0] if places else None


def to_places(mask: Any) -> Sequence[int]:
    """Where a mask is true (not null), read from Arrow's buffer: other ways would import pandas."""
    if isinstance(mask, pa.ChunkedArray):
        mask = mask.combine_chunks()
    found = pc.indices_nonzero(mask)
    return array("Q", found.buffers()[1].to_pybytes())[: len(found)]


def known_columns(cleanset: Cleanset) -> frozenset[str]:
    """Of its issues file: an older analysis, or one of a table, has fewer."""
    return _column_names(_issues_path(cleanset))


@lru_cache(maxsize=256)
def _column_names(path: Path) -> frozenset[str]:
    """Stored files never change."""
    return frozenset(column_names(path))


def _issues_path(cleanset: Cleanset) -> Path:
    assert cleanset.issues_file is not None
    return local_path(cleanset.issues_file)


def _read_facts(cleanset: Cleanset, query: ReviewQuery) -> pa.Table:
    """Only what the query speaks of: many rows have many columns."""
    wanted = {PRESETS[query.preset].flag}
    wanted |= {"given_label"} if query.given else set()
    wanted |= {"suggested_label"} if query.suggested else set()
    wanted |= {name for name, _ in (*query.lows, *query.highs)}
    if (query.sort, query.is_rising) != (WORST_FIRST, False):
        wanted |= {query.sort, "row_id"}
    if query.search or query.asks_of_column or query.preset in OF_DECISIONS:
        wanted |= {"row_id"}
    columns = sorted(wanted & known_columns(cleanset))
    return read_columns(_issues_path(cleanset), columns)


def _masks(cleanset: Cleanset, query: ReviewQuery, facts: pa.Table) -> list[Any]:
    return [
        _preset_mask(cleanset, query, facts),
        _label_mask(cleanset, facts, "given_label", query.given),
        _label_mask(cleanset, facts, "suggested_label", query.suggested),
        *(_limit_mask(facts, name, pc.greater_equal, low) for name, low in query.lows),
        *(_limit_mask(facts, name, pc.less_equal, high) for name, high in query.highs),
        _text_mask(cleanset, facts, _feature_positions(cleanset), query.search),
        *_column_masks(cleanset, query, facts),
    ]


def _column_masks(cleanset: Cleanset, query: ReviewQuery, facts: pa.Table) -> Iterator[Any]:
    """What is asked of the cells of one column: a text in them, all of them, a range."""
    if query.column is None:
        return
    if query.is_whole:
        yield _cell_mask(cleanset, facts, query.column, query.contains)
    else:
        yield _text_mask(cleanset, facts, [query.column], query.contains)
    limits = _read_limits(column_kind(cleanset, query.column), query)
    if limits:
        values = read_values(cleanset, query.column).take(facts.column("row_id"))
        for compare, limit in limits:
            yield compare(values, make_float_scalar(limit))


def _read_limits(kind: str, query: ReviewQuery) -> list[tuple[Any, float]]:
    low = parse_limit(query.cell_from, kind)
    high = parse_limit(query.cell_to, kind, is_upper=True)
    limits = ((pc.greater_equal, low), (pc.less_equal, high))
    return [(compare, limit) for compare, limit in limits if limit is not None]


def _preset_mask(cleanset: Cleanset, query: ReviewQuery, facts: pa.Table) -> Any:
    if query.preset in OF_DECISIONS:
        rows = cleanset.tags if query.preset == "needs-review" else cleanset.decisions
        ids = make_integer_array(rows.values_list("row_id", flat=True))
        inside = pc.is_in(facts.column("row_id"), ids)
        if query.preset == TO_LABEL:
            return pc.and_(_flag_mask(query, facts), pc.invert(inside))
        return pc.invert(inside) if query.preset == "undecided" else inside
    return _flag_mask(query, facts)


def _flag_mask(query: ReviewQuery, facts: pa.Table) -> Any:
    flag = PRESETS[query.preset].flag
    if not flag:
        return None
    return facts.column(flag) if flag in facts.column_names else _nowhere(facts)


def _label_mask(cleanset: Cleanset, facts: pa.Table, name: str, labels: tuple[str, ...]) -> Any:
    """Rows with one of the labels; of sets also those that hold one beside others."""
    if not labels:
        return None
    column = facts.column(name)
    if cleanset.project.problem_type != MULTI_LABEL:
        return pc.is_in(column, make_text_array(labels))
    wanted = set(labels)
    cells = [cell for cell in pc.unique(column).to_pylist() if cell is not None]
    kept = [cell for cell in cells if wanted.intersection({cell, *parse_label_set(cell)})]
    return pc.is_in(column, make_text_array(kept))


def _limit_mask(facts: pa.Table, name: str, compare: Any, limit: float) -> Any:
    return (
        compare(_as_numbers(facts.column(name)), make_float_scalar(limit))
        if name in facts.column_names
        else _nowhere(facts)
    )


def _as_numbers(column: Any) -> Any:
    """Counts too are compared with fractions."""
    return column if column.type == pa.float64() else pc.cast(column, pa.float64())


def _text_mask(cleanset: Cleanset, facts: pa.Table, positions: list[int], text: str) -> Any:
    """Rows of which a cell of the given columns contains a text, whatever the case."""
    if not text:
        return None
    contains = partial(pc.match_substring, pattern=text, ignore_case=True)
    return _read_mask(cleanset, facts, positions, contains)


def _cell_mask(cleanset: Cleanset, facts: pa.Table, position: int, cell: str) -> Any:
    """Rows with exactly this cell; an empty text means empty cells."""
    wanted, nothing = make_text_scalar(cell), make_text_scalar("")

    def is_it(cells: Any) -> Any:
        return pc.equal(pc.fill_null(cells, nothing), wanted)

    return _read_mask(cleanset, facts, [position], is_it)


def _read_mask(
    cleanset: Cleanset, facts: pa.Table, positions: list[int], judge: Callable[[Any], Any]
) -> Any:
    """Rows of which a cell is judged to be one; in parts: the texts of all rows may be more than
    the web process has memory for."""
    with open_parquet(dataset_path(cleanset)) as file:
        batches = file.iter_batches(BATCH_ROWS, columns=[f"c{p}" for p in positions])
        parts = [reduce(pc.or_kleene, map(judge, batch.columns)) for batch in batches]
    return pa.chunked_array(parts, pa.bool_()).take(facts.column("row_id"))


def _nowhere(facts: pa.Table) -> Any:
    return pa.nulls(facts.num_rows, pa.bool_())


def _sort(
    cleanset: Cleanset, query: ReviewQuery, facts: pa.Table, places: Any, first: int | None
) -> Sequence[int]:
    kept = facts if len(places) == facts.num_rows else facts.take(make_integer_array(places))
    if query.sort.startswith("c") and query.sort[1:].isdecimal():
        cells = read_sortable(cleanset, int(query.sort[1:])).take(kept.column("row_id"))
        kept = kept.append_column(CELLS, cells)
    elif query.sort in OF_LABELS and cleanset.project.problem_type == REGRESSION:
        kept = kept.append_column(CELLS, read_numbers(kept.column(query.sort)))
    key = CELLS if CELLS in kept.column_names else query.sort
    if key not in kept.column_names:
        return places
    order = "ascending" if query.is_rising else "descending"
    keys = [(key, order)] if key == "row_id" else [(key, order), ("row_id", "ascending")]
    indices = _order(kept, keys, first)
    if isinstance(places, range):
        return array("Q", indices.buffers()[1].to_pybytes())[: len(indices)]
    chosen = make_integer_array(places).take(indices)
    return array("Q", chosen.buffers()[1].to_pybytes())[: len(chosen)]


def _order(kept: pa.Table, keys: list[tuple[str, str]], first: int | None) -> Any:
    """Indices in order, cells without a value last. Row ids make the order one of its own, so that
    choosing the first rows gives the same as sorting all."""
    if first is not None and first < kept.num_rows * MAX_CHOSEN_SHARE:
        return pc.select_k_unstable(kept, k=first, sort_keys=keys)
    return pc.sort_indices(kept, sort_keys=[(*key, "at_end") for key in keys])


def _feature_positions(cleanset: Cleanset) -> list[int]:
    return [column["position"] for column in cleanset.project.feature_schema]
