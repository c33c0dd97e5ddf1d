"""A cleanset's decisions as a patch: what was changed of the dataset, by whom and when.

One line for each decided row, in this version or in one that it starts from. Made in parts.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

import pyarrow as pa

from automl.arrow_arrays import make_integer_array, make_text_array
from automl.problem import clean_labels
from studio.files import local_path
from studio.models import Cleanset, Project, RowDecision
from studio.parquet_reading import read_parts

COLUMNS = ("row_id", "column", "old", "new", "by", "when", "source")
PART_ROWS = 50_000
Action = RowDecision.Action


class Decided(NamedTuple):
    """The fields of a decision that a patch needs, in this order in queries."""

    row_id: int
    action: str
    corrected_label: str | None
    email: str | None
    decided_at: datetime


FIELDS = ("row_id", "action", "corrected_label", "decided_by__email", "decided_at")


def read_patch(cleanset: Cleanset) -> Iterator[pa.Table]:
    versions = _with_earlier(cleanset)
    for start, cells in _read_labels(cleanset.project):
        rows = RowDecision.objects.filter(
            cleanset__in=versions, row_id__gte=start, row_id__lt=start + len(cells)
        ).order_by("row_id", "cleanset__version")
        found = (Decided(*fields) for fields in rows.values_list(*FIELDS))
        steps = [list(group) for _, group in groupby(found, lambda each: each.row_id)]
        own = clean_labels(
            [cells[of_row[0].row_id - start] for of_row in steps], cleanset.project.problem_type
        )
        yield _make_table(cleanset.project, steps, own)


def _with_earlier(cleanset: Cleanset) -> list[UUID]:
    found = []
    version: Cleanset | None = cleanset
    while version is not None:
        found.append(version.pk)
        version = version.previous
    return found


def _read_labels(project: Project) -> Iterator[tuple[int, list[str | None]]]:
    """Cells of the label column, if there is one, and the row id that they begin with."""
    if not project.has_labels:
        for start in range(0, project.dataset.n_rows, PART_ROWS):
            yield start, [None] * min(PART_ROWS, project.dataset.n_rows - start)
        return
    assert project.dataset.table_file is not None
    path, name = local_path(project.dataset.table_file), f"c{project.label_position}"
    start = 0
    for part in read_parts(path, PART_ROWS, [name]):
        yield start, part.column(0).to_pylist()
        start += part.num_rows


def _make_table(
    project: Project, steps: list[list[Decided]], own: Sequence[str | None]
) -> pa.Table:
    last = [of_row[-1] for of_row in steps]
    new = [_follow(label, of_row) for label, of_row in zip(own, steps, strict=True)]
    columns: list[Any] = [
        make_integer_array(decided.row_id for decided in last),
        make_text_array([project.label_column] * len(last)),
        make_text_array(own),
        make_text_array(new),
        make_text_array([decided.email for decided in last]),
        make_text_array([_write_time(decided.decided_at) for decided in last]),
        make_text_array([decided.action for decided in last]),
    ]
    return pa.table(columns, names=list(COLUMNS))


def _follow(label: str | None, of_row: list[Decided]) -> str | None:
    """What the label has become, version by version; none where the row was excluded."""
    for decided in of_row:
        if decided.action == Action.EXCLUDE:
            return None
        if decided.action != Action.KEEP:
            label = decided.corrected_label
    return label


def _write_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
