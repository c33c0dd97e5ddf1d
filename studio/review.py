"""Request side of the review: one page of rows, from the Parquet facts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from studio.files import local_path
from studio.models import Cleanset, RowDecision
from studio.parquet_reading import take_rows
from studio.review_filters import find_place, find_places
from studio.review_query import PRESETS, ReviewQuery

PAGE_ROWS = 50
MAX_CELL_CHARS = 400
MAX_SHOWN_COLUMNS = 8


@dataclass(frozen=True)
class ReviewRow:
    row_id: int
    cells: list[tuple[str, str]]
    facts: dict[str, Any]
    decision: RowDecision | None
    needs_review: bool = False
    shown: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        return self.row_id + 1

    @property
    def given_label(self) -> str | None:
        return self.facts.get("given_label")

    @property
    def suggested_label(self) -> str | None:
        return self.facts.get("suggested_label")

    @property
    def confidence(self) -> float | None:
        return self.facts.get("suggested_label_confidence_score")

    @property
    def chips(self) -> list[str]:
        """What the analysis says of the row, in words."""
        return [p.chip for p in PRESETS.values() if p.chip and self.facts.get(p.flag)]

    @property
    def figures(self) -> list[str]:
        """The generated columns that were asked for."""
        return [_write_figure(self.facts.get(name)) for name in self.shown]


@dataclass(frozen=True)
class ReviewPage:
    rows: list[ReviewRow]
    n_rows: int
    query: ReviewQuery = field(default_factory=ReviewQuery)

    @property
    def number(self) -> int:
        return self.query.number

    @property
    def n_pages(self) -> int:
        return max(1, -(-self.n_rows // PAGE_ROWS))

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_ROWS + 1 if self.n_rows else 0

    @property
    def last(self) -> int:
        return min(self.number * PAGE_ROWS, self.n_rows)

    @property
    def previous_url(self) -> str:
        return self.query.at_page(self.number - 1).to_url()

    @property
    def next_url(self) -> str:
        return self.query.at_page(self.number + 1).to_url()


def read_page(cleanset: Cleanset, query: ReviewQuery) -> ReviewPage:
    found = find_places(cleanset, query, first=query.number * PAGE_ROWS)
    n_pages = max(1, -(-found.n_rows // PAGE_ROWS))
    if query.number > n_pages:
        return read_page(cleanset, query.at_page(n_pages))
    chosen = found.places[(query.number - 1) * PAGE_ROWS : query.number * PAGE_ROWS]
    return ReviewPage(read_rows(cleanset, chosen, query.shown), found.n_rows, query)


def page_of_row(cleanset: Cleanset, query: ReviewQuery, row_id: int) -> int | None:
    """The page of the query on which a row is; None where the query does not let it through."""
    place = find_place(cleanset, row_id)
    places = find_places(cleanset, query).places
    return places.index(place) // PAGE_ROWS + 1 if place in places else None


def read_row(cleanset: Cleanset, row_id: int, shown: tuple[str, ...] = ()) -> ReviewRow | None:
    """One row by its id."""
    place = find_place(cleanset, row_id)
    return None if place is None else read_rows(cleanset, [place], shown)[0]


def read_rows(
    cleanset: Cleanset,
    places: Sequence[int],
    shown: tuple[str, ...] = (),
    *,
    positions: list[int] | None = None,
    max_chars: int = MAX_CELL_CHARS,
) -> list[ReviewRow]:
    """Rows by their places in the issues file, in that order, with the first features or with the
    dataset's columns at `positions`."""
    if not places:
        return []
    positions = _shown_positions(cleanset) if positions is None else positions
    facts = take_rows(local_path(_issues(cleanset)), places).to_pylist()
    row_ids = [fact["row_id"] for fact in facts]
    cells = read_cells(cleanset, row_ids, positions, max_chars=max_chars)
    decisions = {d.row_id: d for d in cleanset.decisions.filter(row_id__in=row_ids)}
    tagged = set(cleanset.tags.filter(row_id__in=row_ids).values_list("row_id", flat=True))
    return [
        ReviewRow(
            row_id=fact["row_id"],
            cells=cells[fact["row_id"]],
            facts=fact,
            decision=decisions.get(fact["row_id"]),
            needs_review=fact["row_id"] in tagged,
            shown=shown,
        )
        for fact in facts
    ]


def _issues(cleanset: Cleanset) -> Any:
    assert cleanset.issues_file is not None
    return cleanset.issues_file


def read_cells(
    cleanset: Cleanset, row_ids: list[int], positions: list[int], *, max_chars: int
) -> dict[int, list[tuple[str, str]]]:
    """Cells of dataset columns, addressed by position and shown by name."""
    dataset = cleanset.project.dataset
    names = {profile["position"]: profile["name"] for profile in dataset.profiles}
    assert dataset.table_file is not None
    table = take_rows(local_path(dataset.table_file), row_ids, [f"c{p}" for p in positions])
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    return {
        row_id: [
            (names[position], _cut(cell, max_chars))
            for position, cell in zip(positions, row, strict=True)
        ]
        for row_id, row in zip(row_ids, rows, strict=True)
    }


def _write_figure(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _shown_positions(cleanset: Cleanset) -> list[int]:
    features = cleanset.project.feature_schema
    return [column["position"] for column in features[:MAX_SHOWN_COLUMNS]]


def _cut(cell: str | None, max_chars: int) -> str:
    text = cell or ""
    return text if len(text) <= max_chars else text[: max_chars - 1] + "…"
