"""A cleanset as one table: the dataset's columns, what was found, and what was decided.

Made in parts, so that memory does not grow with the rows; nothing here imports pandas or numpy.
"""

from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from automl.arrow_arrays import (
    make_integer_array,
    make_integer_scalar,
    make_text_array,
    make_text_scalar,
)
from automl.problem import REGRESSION
from studio.dataset_cells import read_numbers
from studio.files import local_path
from studio.models import Cleanset, RowDecision
from studio.parquet_reading import empty_rows, read_columns, read_parts, take_rows
from studio.reordering import reorder
from studio.review_filters import find_places, known_columns
from studio.review_query import ReviewQuery

PREFIX = "cleanlab_"
ROW_ID = "cleanlab_row_ID"
# As many as a row group of the dataset's file has.
PART_ROWS = 50_000
VIEW_ROWS = 10_000
RANK = "_rank"
# In the order of Cleanlab Studio's exports (docs/issues.md); an analysis may have fewer.
FOUND = (
    "is_label_issue",
    "label_issue_score",
    "suggested_label",
    "suggested_label_confidence_score",
    "is_ambiguous",
    "ambiguous_score",
    "is_well_labeled",
    "is_near_duplicate",
    "near_duplicate_score",
    "near_duplicate_cluster_id",
    "is_outlier",
    "outlier_score",
    "is_initially_unlabeled",
    "has_rare_class",
    "is_empty_text",
    "text_num_characters",
    "is_PII",
    "PII_score",
    "PII_types",
    "PII_items",
    "is_non_english",
    "non_english_score",
    "predicted_language",
)
DETAILS = (
    "is_previously_resolved",
    "top_labels",
    "top_probs",
    "given_label",
    "p_given_label",
    "predicted_label",
)
# Of numbers these are numbers too.
LABELS = ("corrected_label", "suggested_label", "given_label", "predicted_label")
# What asks for a decision about the label.
OPEN = ("is_label_issue", "is_initially_unlabeled")
Action = RowDecision.Action
# Action and corrected label, by row id.
Decided = dict[int, list[Any]]
OF_DECISION = ("row_id", "action", "corrected_label")
UNDECIDED = ("", None)


def read_all(cleanset: Cleanset, *, with_excluded: bool) -> Iterator[pa.Table]:
    """Every row of this version, in the order of the dataset."""
    for facts, inside in _read_facts(cleanset):
        cells = _take_cells(cleanset, facts.column("row_id").to_pylist())
        table = _join(cleanset, facts, cells, inside)
        if not with_excluded:
            action = table.column(PREFIX + "action")
            excluded = pc.equal(action, make_text_scalar(Action.EXCLUDE.value))
            table = table.filter(pc.or_kleene(pc.invert(excluded), pc.is_null(action)))
        yield table


def read_generated(cleanset: Cleanset) -> Iterator[pa.Table]:
    """The same rows with `row_id` and our columns alone, without the prefix."""
    for facts, inside in _read_facts(cleanset):
        yield pa.table(_generate(cleanset, facts, inside))


def _read_facts(cleanset: Cleanset) -> Iterator[tuple[pa.Table, dict[str, Any]]]:
    """With what finds the decisions of these rows."""
    facts_in_order = reorder(
        read_parts(_issues_path(cleanset), PART_ROWS),
        "row_id",
        cleanset.project.dataset.n_rows,
        PART_ROWS,
    )
    for i, facts in enumerate(facts_in_order):
        yield facts, {"row_id__gte": i * PART_ROWS, "row_id__lt": (i + 1) * PART_ROWS}


def read_view(cleanset: Cleanset, query: ReviewQuery) -> Iterator[pa.Table]:
    """The rows that the review shows, in the order in which it shows them."""
    places = find_places(cleanset, query).places
    for facts, cells in _read_shown(cleanset, places):
        yield _join(cleanset, facts, cells, {"row_id__in": facts.column("row_id").to_pylist()})


def _read_shown(cleanset: Cleanset, places: Sequence[int]) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Few rows are looked up; many lie in all parts of both files, which are then read once."""
    path = _issues_path(cleanset)
    if len(places) <= VIEW_ROWS:
        facts = take_rows(path, places) if len(places) else empty_rows(path)
        yield facts, _take_cells(cleanset, facts.column("row_id").to_pylist())
        return
    ids = read_columns(path, ["row_id"]).column("row_id").take(make_integer_array(places))
    ranks = array("q", bytes(8 * cleanset.project.dataset.n_rows))
    for rank, row_id in enumerate(ids.to_pylist(), start=1):
        ranks[row_id] = rank
    facts_in_order, cells_in_order = (
        reorder(_rank(parts, make_integer_array(ranks)), RANK, len(places), VIEW_ROWS)
        for parts in (read_parts(path, PART_ROWS), _read_cells(cleanset))
    )
    for facts, cells in zip(facts_in_order, cells_in_order, strict=True):
        yield facts, cells.drop_columns(["row_id", RANK])


def read_row_ids(cleanset: Cleanset) -> Sequence[int]:
    """Of all rows of this version, in the order of the dataset."""
    ids = read_columns(_issues_path(cleanset), ["row_id"]).column("row_id")
    return cast("Sequence[int]", ids.sort().to_pylist())


def read_pred_probs(cleanset: Cleanset, id_name: str = ROW_ID) -> Iterator[pa.Table]:
    """Out-of-fold probabilities, a column a class, in the order of the dataset."""
    assert cleanset.pred_probs_file is not None
    names = make_unique([id_name, *cleanset.classes])
    for part in read_parts(local_path(cleanset.pred_probs_file), PART_ROWS):
        yield part.rename_columns(names)


def _issues_path(cleanset: Cleanset) -> Path:
    assert cleanset.issues_file is not None
    return local_path(cleanset.issues_file)


def _rank(parts: Iterator[pa.Table], ranks: Any) -> Iterator[pa.Table]:
    """Those with a rank, from 1, by row id; with 0 a row is not asked for."""
    for part in parts:
        found = pc.subtract(ranks.take(part.column("row_id")), make_integer_scalar(1))
        part = part.append_column(RANK, found)
        yield part.filter(pc.greater_equal(found, make_integer_scalar(0)))


def _join(cleanset: Cleanset, facts: pa.Table, cells: pa.Table, inside: dict[str, Any]) -> pa.Table:
    generated = _generate(cleanset, facts, inside)
    ours = [ROW_ID if name == "row_id" else PREFIX + name for name in generated]
    return pa.table(
        [*cells.columns, *generated.values()],
        names=make_unique([*_names(cleanset), *ours]),
    )


def _generate(cleanset: Cleanset, facts: pa.Table, inside: dict[str, Any]) -> dict[str, Any]:
    """Our columns by name, in their order. `inside` is what finds the decisions of these rows."""
    decisions = cleanset.decisions.filter(**inside)
    decided = {row_id: made for row_id, *made in decisions.values_list(*OF_DECISION)}
    tagged = set(cleanset.tags.filter(**inside).values_list("row_id", flat=True))
    generated = {"row_id": facts.column("row_id")}
    if cleanset.project.has_labels:
        generated["corrected_label"] = _corrected_labels(facts, decided)
    known = known_columns(cleanset)
    generated |= {name: facts.column(name) for name in FOUND if name in known}
    generated["action"] = _actions(facts, decided)
    generated |= {name: facts.column(name) for name in DETAILS if name in known}
    if cleanset.project.problem_type == REGRESSION:
        generated |= {name: read_numbers(generated[name]) for name in LABELS if name in generated}
    row_ids = facts.column("row_id").to_pylist()
    generated["needs_review"] = _booleans(row_id in tagged for row_id in row_ids)
    return generated


def _names(cleanset: Cleanset) -> list[str]:
    return [profile["name"] for profile in cleanset.project.dataset.profiles]


def _positions(cleanset: Cleanset) -> list[str]:
    return [f"c{profile['position']}" for profile in cleanset.project.dataset.profiles]


def _table_path(cleanset: Cleanset) -> Path:
    dataset = cleanset.project.dataset
    assert dataset.table_file is not None
    return local_path(dataset.table_file)


def _take_cells(cleanset: Cleanset, row_ids: Sequence[int]) -> pa.Table:
    """The dataset's own columns."""
    path, wanted = _table_path(cleanset), _positions(cleanset)
    if not row_ids:
        return empty_rows(path).select(wanted)
    return take_rows(path, row_ids, wanted).select(wanted)


def _read_cells(cleanset: Cleanset) -> Iterator[pa.Table]:
    """Of all rows, with their ids."""
    start, wanted = 0, _positions(cleanset)
    for part in read_parts(_table_path(cleanset), PART_ROWS, wanted):
        ids = make_integer_array(range(start, start + part.num_rows))
        yield part.select(wanted).append_column("row_id", ids)
        start += part.num_rows


def _corrected_labels(facts: pa.Table, decided: Decided) -> Any:
    """What was chosen; a row that was kept has its given label, an excluded one none."""
    given = facts.column("given_label").to_pylist()
    ids = facts.column("row_id").to_pylist()
    return make_text_array(
        [_corrected(label, *decided.get(i, UNDECIDED)) for i, label in zip(ids, given, strict=True)]
    )


def _corrected(given: str | None, action: str, corrected: str | None) -> str | None:
    if not action or action == Action.EXCLUDE:
        return None
    return given if action == Action.KEEP else corrected


def _actions(facts: pa.Table, decided: Decided) -> Any:
    """`unresolved` is an issue that nobody decided; null, a row without one."""
    flags = [name for name in OPEN if name in facts.column_names]
    opened = [any(pair) for pair in zip(*(facts.column(n).to_pylist() for n in flags), strict=True)]
    row_ids = facts.column("row_id").to_pylist()
    rows = zip(row_ids, opened or [False] * len(row_ids), strict=True)
    return make_text_array(
        [
            decided[i][0] if i in decided else "unresolved" if is_open else None
            for i, is_open in rows
        ]
    )


def _booleans(values: Iterator[bool]) -> Any:
    return pc.equal(make_integer_array(int(value) for value in values), make_integer_scalar(1))


def make_unique(names: list[str]) -> list[str]:
    """A dataset may have a column that is called like one of ours: ours is numbered."""
    taken: set[str] = set()
    unique = []
    for name in names:
        number, free = 1, name
        while free in taken:
            number += 1
            free = f"{name}_{number}"
        taken.add(free)
        unique.append(free)
    return unique
