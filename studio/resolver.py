"""Request side: everything about one row, for the person who decides it."""

from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from automl.arrow_arrays import make_integer_array
from automl.problem import MULTI_LABEL, parse_label_set
from studio.files import local_path
from studio.models import Cleanset
from studio.parquet_reading import read_columns, take_rows
from studio.review import ReviewRow, read_cells, read_row, read_rows
from studio.review_filters import find_place, find_places, to_places
from studio.review_query import ReviewQuery

N_KEYS = 9
N_NEIGHBORS = 5
MAX_WHOLE_CHARS = 200_000
NEIGHBORS = "neighbor_row_ids"


@dataclass(frozen=True)
class LikelyLabel:
    """A class of a row; `key` is what to press for it. Of sets of labels also those that the row
    has without being likely: they have neither a probability that was kept nor a key."""

    name: str
    prob: float | None
    key: int | None
    is_given: bool
    is_suggested: bool
    is_ticked: bool

    @property
    def percent(self) -> int | None:
        return None if self.prob is None else round(100 * self.prob)


@dataclass(frozen=True)
class RowDetail:
    """Attributes
    ----------
    place : of the row among those that the query shows, from 1; None: it is not among them.
    """

    row: ReviewRow
    cells: list[tuple[str, str]]
    likely: list[LikelyLabel]
    neighbors: list[ReviewRow]
    place: int | None
    n_rows: int
    previous_id: int | None
    next_id: int | None


def read_detail(cleanset: Cleanset, query: ReviewQuery, row_id: int) -> RowDetail | None:
    row = read_row(cleanset, row_id, query.shown)
    if row is None:
        return None
    place, n_rows, previous_id, next_id = _stand(cleanset, query, row_id)
    positions = [profile["position"] for profile in cleanset.project.dataset.profiles]
    cells = read_cells(cleanset, [row_id], positions, max_chars=MAX_WHOLE_CHARS)
    return RowDetail(
        row=row,
        cells=cells[row_id],
        likely=_likely_labels(cleanset, row),
        neighbors=_read_neighbors(cleanset, row_id),
        place=place,
        n_rows=n_rows,
        previous_id=previous_id,
        next_id=next_id,
    )


def next_row_id(cleanset: Cleanset, query: ReviewQuery, row_id: int) -> int | None:
    """The row after this one, as the query shows them now."""
    return _stand(cleanset, query, row_id)[3]


def _stand(
    cleanset: Cleanset, query: ReviewQuery, row_id: int
) -> tuple[int | None, int, int | None, int | None]:
    """Where the row stands among those shown: place, how many, the row before and after."""
    own = find_place(cleanset, row_id)
    places = find_places(cleanset, query).places
    if own not in places:
        first = _row_ids(cleanset, [places[0]])[0] if len(places) else None
        return None, len(places), None, first
    i = places.index(own)
    around = [places[j] for j in (i - 1, i + 1) if 0 <= j < len(places)]
    ids = _row_ids(cleanset, around)
    before = ids[0] if i > 0 else None
    after = ids[-1] if i + 1 < len(places) else None
    return i + 1, len(places), before, after


def _row_ids(cleanset: Cleanset, places: list[int]) -> list[int]:
    if not places:
        return []
    assert cleanset.issues_file is not None
    taken = take_rows(local_path(cleanset.issues_file), places, ["row_id"])
    return [fact["row_id"] for fact in taken.to_pylist()]


def _likely_labels(cleanset: Cleanset, row: ReviewRow) -> list[LikelyLabel]:
    is_sets = cleanset.project.problem_type == MULTI_LABEL
    given, suggested = _names(row.given_label, is_sets), _names(row.suggested_label, is_sets)
    ticked = _names(_current_label(row), is_sets)
    pairs = zip(row.facts.get("top_labels", []), row.facts.get("top_probs", []), strict=True)
    probs: dict[str, float | None] = dict(list(pairs)[:N_KEYS])
    keys = {name: i + 1 for i, name in enumerate(probs)}
    if is_sets:
        probs |= {name: None for name in (*given, *suggested, *ticked) if name not in probs}
    return [
        LikelyLabel(name, prob, keys.get(name), name in given, name in suggested, name in ticked)
        for name, prob in probs.items()
    ]


def _current_label(row: ReviewRow) -> str | None:
    """What was decided; else what is suggested; else what is given."""
    if row.decision and row.decision.corrected_label is not None:
        return row.decision.corrected_label
    is_open = row.decision is None and row.suggested_label is not None
    return row.suggested_label if is_open else row.given_label


def _names(label: str | None, is_sets: bool) -> tuple[str, ...]:
    if label is None:
        return ()
    return parse_label_set(label) if is_sets else (label,)


def _read_neighbors(cleanset: Cleanset, row_id: int) -> list[ReviewRow]:
    """The most alike rows of this cleanset with their labels; none from an older analysis."""
    stored = cleanset.project.row_facts_file
    if stored is None:
        return []
    found: Any = take_rows(local_path(stored), [row_id], [NEIGHBORS]).column(0)[0].as_py()
    wanted = list(found)[:N_NEIGHBORS]
    assert cleanset.issues_file is not None
    index = read_columns(local_path(cleanset.issues_file), ["row_id"])
    places = to_places(pc.is_in(index.column("row_id"), make_integer_array(wanted)))
    rows = {row.row_id: row for row in read_rows(cleanset, places)}
    return [rows[neighbor] for neighbor in wanted if neighbor in rows]
