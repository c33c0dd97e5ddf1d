"""A cleanset as one table: the dataset's columns, what was found, and what was decided.

Made in parts, so that memory does not grow with the rows; nothing here imports pandas or numpy.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

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
from studio.parquet_reading import take_rows
from studio.review_filters import find_places, known_columns
from studio.review_query import ReviewQuery

PREFIX = "cleanlab_"
ROW_ID = "cleanlab_row_ID"
# As many as a row group of the dataset's file has.
PART_ROWS = 50_000
VIEW_ROWS = 10_000
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
DETAILS = ("is_previously_resolved", "top_labels", "top_probs", "given_label", "predicted_label")
# Of numbers these are numbers too.
VALUES = tuple(
    PREFIX + name
    for name in ("corrected_label", "suggested_label", "given_label", "predicted_label")
)
# What asks for a decision about the label.
OPEN = ("is_label_issue", "is_initially_unlabeled")
Action = RowDecision.Action


def read_all(cleanset: Cleanset, *, with_excluded: bool) -> Iterator[pa.Table]:
    """Every row of this version, in the order of the dataset."""
    n_rows = cleanset.project.dataset.n_rows
    for start in range(0, n_rows, PART_ROWS):
        row_ids = range(start, min(start + PART_ROWS, n_rows))
        facts = _facts_between(cleanset, row_ids.start, row_ids.stop)
        decisions = cleanset.decisions.filter(row_id__gte=start, row_id__lt=row_ids.stop)
        tagged = cleanset.tags.filter(row_id__gte=start, row_id__lt=row_ids.stop)
        table = _join(cleanset, facts, decisions, tagged)
        if not with_excluded:
            action = table.column(PREFIX + "action")
            excluded = pc.equal(action, make_text_scalar(Action.EXCLUDE.value))
            table = table.filter(pc.or_kleene(pc.invert(excluded), pc.is_null(action)))
        yield table


def read_view(cleanset: Cleanset, query: ReviewQuery) -> Iterator[pa.Table]:
    """The rows that the review shows, in the order in which it shows them."""
    places = find_places(cleanset, query).places
    assert cleanset.issues_file is not None
    path = local_path(cleanset.issues_file)
    for start in range(0, max(len(places), 1), VIEW_ROWS):
        part = places[start : start + VIEW_ROWS]
        facts = take_rows(path, part) if len(part) else pq.read_schema(path).empty_table()
        row_ids = facts.column("row_id").to_pylist()
        decisions = cleanset.decisions.filter(row_id__in=row_ids)
        yield _join(cleanset, facts, decisions, cleanset.tags.filter(row_id__in=row_ids))


def read_pred_probs(cleanset: Cleanset) -> Iterator[pa.Table]:
    """Out-of-fold probabilities, a column a class, in the order of the dataset."""
    assert cleanset.pred_probs_file is not None
    names = _make_unique([ROW_ID, *cleanset.classes])
    with pq.ParquetFile(local_path(cleanset.pred_probs_file)) as file:
        for batch in file.iter_batches(PART_ROWS):
            yield pa.Table.from_batches([batch]).rename_columns(names)


def _facts_between(cleanset: Cleanset, start: int, stop: int) -> pa.Table:
    """The issues file is sorted by score: each of its row groups has some rows of the range."""
    assert cleanset.issues_file is not None
    parts = []
    with pq.ParquetFile(local_path(cleanset.issues_file)) as file:
        for batch in file.iter_batches(PART_ROWS):
            part = pa.Table.from_batches([batch])
            ids = part.column("row_id")
            inside = pc.and_(
                pc.greater_equal(ids, make_integer_scalar(start)),
                pc.less(ids, make_integer_scalar(stop)),
            )
            parts.append(part.filter(inside))
    return pa.concat_tables(parts).sort_by("row_id")


def _join(cleanset: Cleanset, facts: pa.Table, decisions: Any, tags: Any) -> pa.Table:
    row_ids = facts.column("row_id").to_pylist()
    decided = {decision.row_id: decision for decision in decisions}
    tagged = set(tags.values_list("row_id", flat=True))
    names, columns = _dataset_columns(cleanset, row_ids)
    generated = {ROW_ID: facts.column("row_id")}
    if cleanset.project.has_labels:
        generated[PREFIX + "corrected_label"] = _corrected_labels(facts, decided)
    known = known_columns(cleanset)
    generated |= {PREFIX + name: facts.column(name) for name in FOUND if name in known}
    generated[PREFIX + "action"] = _actions(facts, decided)
    generated |= {PREFIX + name: facts.column(name) for name in DETAILS if name in known}
    if cleanset.project.problem_type == REGRESSION:
        generated |= {name: read_numbers(generated[name]) for name in VALUES if name in generated}
    generated[PREFIX + "needs_review"] = _booleans(row_id in tagged for row_id in row_ids)
    return pa.table(
        [*columns, *generated.values()], names=_make_unique([*names, *generated.keys()])
    )


def _dataset_columns(cleanset: Cleanset, row_ids: Sequence[int]) -> tuple[list[str], list[Any]]:
    dataset = cleanset.project.dataset
    assert dataset.table_file is not None
    names = {profile["position"]: profile["name"] for profile in dataset.profiles}
    wanted = [f"c{position}" for position in names]
    path = local_path(dataset.table_file)
    if not row_ids:
        return list(names.values()), [pa.chunked_array([], pa.string()) for _ in names]
    table = take_rows(path, row_ids, wanted).select(wanted)
    return list(names.values()), table.columns


def _corrected_labels(facts: pa.Table, decided: dict[int, RowDecision]) -> Any:
    """What was chosen; a row that was kept has its given label, an excluded one none."""
    given = facts.column("given_label").to_pylist()
    ids = facts.column("row_id").to_pylist()
    return make_text_array([_corrected(decided.get(i), g) for i, g in zip(ids, given, strict=True)])


def _corrected(decision: RowDecision | None, given: str | None) -> str | None:
    if decision is None or decision.action == Action.EXCLUDE:
        return None
    return given if decision.action == Action.KEEP else decision.corrected_label


def _actions(facts: pa.Table, decided: dict[int, RowDecision]) -> Any:
    """`unresolved` is an issue that nobody decided; null, a row without one."""
    flags = [name for name in OPEN if name in facts.column_names]
    opened = [any(pair) for pair in zip(*(facts.column(n).to_pylist() for n in flags), strict=True)]
    row_ids = facts.column("row_id").to_pylist()
    rows = zip(row_ids, opened or [False] * len(row_ids), strict=True)
    return make_text_array(
        [
            str(decided[i].action) if i in decided else "unresolved" if is_open else None
            for i, is_open in rows
        ]
    )


def _booleans(values: Iterator[bool]) -> Any:
    return pc.equal(make_integer_array(int(value) for value in values), make_integer_scalar(1))


def _make_unique(names: list[str]) -> list[str]:
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
