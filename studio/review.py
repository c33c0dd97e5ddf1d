"""Request side of the review: one page of rows, worst first, from the Parquet facts."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from automl.arrow_arrays import make_integer_array
from studio.decisions import Change
from studio.files import local_path
from studio.models import Cleanset, RowDecision

PAGE_ROWS = 50
FILTERS = ("issues", "all", "undecided", "decided", "unlabelled")
MAX_CELL_CHARS = 400
MAX_SHOWN_COLUMNS = 8


@dataclass(frozen=True)
class ReviewRow:
    row_id: int
    cells: list[tuple[str, str]]
    given_label: str | None
    suggested_label: str | None
    confidence: float
    score: float
    is_label_issue: bool
    top_labels: list[str]
    decision: RowDecision | None

    @property
    def number(self) -> int:
        return self.row_id + 1


@dataclass(frozen=True)
class ReviewPage:
    rows: list[ReviewRow]
    number: int
    n_rows: int
    name: str

    @property
    def n_pages(self) -> int:
        return max(1, -(-self.n_rows // PAGE_ROWS))

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_ROWS + 1 if self.n_rows else 0

    @property
    def last(self) -> int:
        return min(self.number * PAGE_ROWS, self.n_rows)


def read_page(cleanset: Cleanset, *, name: str, number: int) -> ReviewPage:
    places = _filtered_places(cleanset, name)
    n_pages = max(1, -(-len(places) // PAGE_ROWS))
    number = min(max(number, 1), n_pages)
    chosen = places[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
    return ReviewPage(read_rows(cleanset, chosen), number, len(places), name)


def read_row(cleanset: Cleanset, row_id: int) -> ReviewRow | None:
    """One row by its id."""
    index = _read_index(cleanset)
    places = _places(pc.is_in(index.column("row_id"), make_integer_array([row_id])))
    return read_rows(cleanset, places)[0] if places else None


def read_rows(cleanset: Cleanset, places: Sequence[int]) -> list[ReviewRow]:
    """Rows by their places in the issues file, in that order."""
    if not places:
        return []
    facts = _take(local_path(_issues(cleanset)), places).to_pylist()
    row_ids = [fact["row_id"] for fact in facts]
    cells = _read_cells(cleanset, row_ids)
    decisions = {d.row_id: d for d in cleanset.decisions.filter(row_id__in=row_ids)}
    return [
        ReviewRow(
            row_id=fact["row_id"],
            cells=cells[fact["row_id"]],
            given_label=fact["given_label"],
            suggested_label=fact["suggested_label"],
            confidence=fact["suggested_label_confidence_score"],
            score=fact["label_issue_score"],
            is_label_issue=fact["is_label_issue"],
            top_labels=fact["top_labels"],
            decision=decisions.get(fact["row_id"]),
        )
        for fact in facts
    ]


def suggestion_for(cleanset: Cleanset, row_id: int) -> str | None:
    row = read_row(cleanset, row_id)
    return row.suggested_label if row else None


def top_suggestions(cleanset: Cleanset, k: int) -> list[Change]:
    """Auto-fixes for the K worst rows that have a suggestion and that nobody decided yet."""
    columns = ["row_id", "suggested_label"]
    table = pq.read_table(local_path(_issues(cleanset)), columns=columns)
    table = table.filter(pc.is_valid(table.column("suggested_label")))
    decided = set(cleanset.decisions.values_list("row_id", flat=True))
    changes: list[Change] = []
    for fact in table.to_pylist():
        if len(changes) == k:
            break
        if fact["row_id"] not in decided:
            label = fact["suggested_label"]
            changes.append(Change(fact["row_id"], RowDecision.Action.AUTO_FIX, label))
    return changes


def _filtered_places(cleanset: Cleanset, name: str) -> Sequence[int]:
    """Places in the issues file that a filter lets through, in the order of the file."""
    index = _read_index(cleanset)
    mask = _mask(cleanset, index, name)
    if mask is None:
        return range(index.num_rows)
    return _places(mask)


def _places(mask: Any) -> Sequence[int]:
    """Where a mask is true, read from Arrow's buffer: other ways would import pandas."""
    if isinstance(mask, pa.ChunkedArray):
        mask = mask.combine_chunks()
    found = pc.indices_nonzero(mask)
    return array("Q", found.buffers()[1].to_pybytes())[: len(found)]


def _mask(cleanset: Cleanset, index: pa.Table, name: str) -> Any:
    if name == "issues":
        return index.column("is_label_issue").combine_chunks()
    if name == "unlabelled":
        return index.column("is_initially_unlabeled").combine_chunks()
    if name in {"decided", "undecided"}:
        ids = make_integer_array(cleanset.decisions.values_list("row_id", flat=True))
        decided = pc.is_in(index.column("row_id").combine_chunks(), ids)
        return decided if name == "decided" else pc.invert(decided)
    return None


def _read_index(cleanset: Cleanset) -> pa.Table:
    columns = ["row_id", "is_label_issue", "is_initially_unlabeled"]
    return pq.read_table(local_path(_issues(cleanset)), columns=columns)


def _issues(cleanset: Cleanset) -> Any:
    assert cleanset.issues_file is not None
    return cleanset.issues_file


def _read_cells(cleanset: Cleanset, row_ids: list[int]) -> dict[int, list[tuple[str, str]]]:
    """The cells of the feature columns, addressed by position and shown by name."""
    project = cleanset.project
    columns = project.feature_schema[:MAX_SHOWN_COLUMNS]
    assert project.dataset.table_file is not None
    table = _take(
        local_path(project.dataset.table_file),
        row_ids,
        [f"c{column['position']}" for column in columns],
    )
    names = [column["name"] for column in columns]
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    return {
        row_id: [(name, _cut(cell)) for name, cell in zip(names, row, strict=True)]
        for row_id, row in zip(row_ids, rows, strict=True)
    }


def _take(path: Path, wanted: Sequence[int], columns: list[str] | None = None) -> pa.Table:
    """Rows by position, reading only the row groups that hold them."""
    with pq.ParquetFile(path) as file:
        parts: list[pa.Table] = []
        order: list[int] = []
        start = 0
        for group in range(file.num_row_groups):
            end = start + file.metadata.row_group(group).num_rows
            inside = [row for row in wanted if start <= row < end]
            if inside:
                read = file.read_row_group(group, columns=columns)
                parts.append(read.take(make_integer_array(row - start for row in inside)))
                order += inside
            start = end
    places = {row: i for i, row in enumerate(order)}
    return pa.concat_tables(parts).take(make_integer_array(places[row] for row in wanted))


def _cut(cell: str | None) -> str:
    text = cell or ""
    return text if len(text) <= MAX_CELL_CHARS else text[: MAX_CELL_CHARS - 1] + "…"
