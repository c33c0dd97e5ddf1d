"""Request side: values of the dataset's columns whose rows have clearly more label issues."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from automl.arrow_arrays import make_float_scalar, make_integer_array, make_text_scalar
from automl.intervals import Z_99_9, wilson_interval
from automl.schema import BOOLEAN, CATEGORICAL, DATETIME, NUMERIC, TEXT
from automl.shown_text import show_name
from studio.dataset_cells import read_text, read_values, read_words
from studio.models import Cleanset
from studio.review_query import MAX_WHOLE_CHARS, ReviewQuery

MAX_LINES = 30
MIN_ROWS = 20
# More different words than this share of the rows rather name rows than group them.
MAX_DISTINCT_SHARE = 0.5
# A number with so few values, a month or an annotator, is looked at by value.
MAX_NUMBERS_BY_VALUE = 20
N_PARTS = 5
EMPTY_CELL = "empty cell"


@dataclass(frozen=True)
class HotSpot:
    """Labelled rows that have a value in common; `low` and `high` are of a 99.9 % interval."""

    title: str
    n_issues: int
    n_rows: int
    low: float
    high: float
    query: ReviewQuery

    @property
    def share(self) -> float:
        return self.n_issues / self.n_rows


def find_hot_spots(cleanset: Cleanset, facts: pa.Table) -> list[HotSpot]:
    """The worst first, by how far the interval is above the share of all labelled rows.

    Many values are looked at: an interval of 95 % would by chance alone find some.
    `facts` has row_id, given_label and is_label_issue.
    """
    is_labelled = pc.is_valid(facts.column("given_label"))
    is_issue = pc.and_(is_labelled, facts.column("is_label_issue"))
    row_ids, issue_ids = (
        facts.column("row_id").filter(mask).combine_chunks() for mask in (is_labelled, is_issue)
    )
    if not len(issue_ids):
        return []
    overall = len(issue_ids) / len(row_ids)
    spots = [
        spot
        for profile in _looked_at(cleanset)
        for spot in _count(cleanset, profile, row_ids, issue_ids)
        if spot.n_rows >= MIN_ROWS and spot.low > overall
    ]
    return sorted(spots, key=lambda spot: (-spot.low, spot.title))[:MAX_LINES]


def _looked_at(cleanset: Cleanset) -> Iterator[dict[str, Any]]:
    """Features or not: all columns but the label, free texts and what names a row."""
    project = cleanset.project
    texts = {c["position"] for c in project.feature_schema if c["kind"] == TEXT}
    for profile in project.dataset.profiles:
        is_label = profile["name"] == project.label_column
        if not is_label and profile["position"] not in texts and _groups_rows(cleanset, profile):
            yield profile


def _groups_rows(cleanset: Cleanset, profile: dict[str, Any]) -> bool:
    if profile["kind"] != CATEGORICAL:
        return profile["kind"] in {BOOLEAN, NUMERIC, DATETIME}
    n_distinct = profile.get("n_distinct")
    n_rows: int = cleanset.project.dataset.n_rows
    return n_distinct is not None and n_distinct <= MAX_DISTINCT_SHARE * n_rows


def _count(
    cleanset: Cleanset, profile: dict[str, Any], row_ids: Any, issue_ids: Any
) -> Iterator[HotSpot]:
    n_distinct = profile.get("n_distinct")
    has_few = n_distinct is not None and n_distinct <= MAX_NUMBERS_BY_VALUE
    by_value = profile["kind"] in {CATEGORICAL, BOOLEAN} or has_few
    count = _count_words if by_value else _count_parts
    yield from count(cleanset, profile, row_ids, issue_ids)
    # Arrow keeps what it has freed: of many columns that would add up.
    pa.default_memory_pool().release_unused()


def _count_words(
    cleanset: Cleanset, profile: dict[str, Any], row_ids: Any, issue_ids: Any
) -> Iterator[HotSpot]:
    words = read_words(cleanset, profile["position"])
    n_rows, n_issues = (_count_indices(words.indices.take(ids)) for ids in (row_ids, issue_ids))
    often = [index for index in n_issues if n_rows[index] >= MIN_ROWS]
    cells = words.dictionary.take(make_integer_array(often)).to_pylist()
    for index, cell in zip(often, cells, strict=True):
        # A longer one is a text; no address could hold it.
        if len(cell) <= MAX_WHOLE_CHARS:
            query = _ask(profile, contains=cell, is_whole=True)
            said = show_name(cell) if cell else EMPTY_CELL
            yield _make_spot(profile, said, n_issues[index], n_rows[index], query)


def _count_indices(indices: Any) -> dict[int, int]:
    counted = pc.value_counts(indices)
    return dict(zip(*(counted.field(i).to_pylist() for i in (0, 1)), strict=True))


def _count_parts(
    cleanset: Cleanset, profile: dict[str, Any], row_ids: Any, issue_ids: Any
) -> Iterator[HotSpot]:
    """Parts of about as many rows each; equal values are never in two of them."""
    every = read_values(cleanset, profile["position"])
    values, of_issues = every.take(row_ids), every.take(issue_ids)
    write = _write_time if profile["kind"] == DATETIME else _write_number
    for low, high in _cut(values):
        n_rows, n_issues = (_count_between(part, low, high) for part in (values, of_issues))
        written = write(low), write(high)
        query = _ask(profile, cell_from=written[0], cell_to=written[1])
        said = " – ".join(dict.fromkeys(text.removesuffix("T00:00:00") for text in written))
        yield _make_spot(profile, said, n_issues, n_rows, query)
    if profile.get("n_missing"):
        nothing = make_text_scalar("")
        cells = pc.fill_null(read_text(cleanset, profile["position"]), nothing)
        is_empty = pc.equal(cells, nothing)
        n_rows, n_issues = (pc.sum(is_empty.take(ids)).as_py() or 0 for ids in (row_ids, issue_ids))
        query = _ask(profile, is_whole=True)
        yield _make_spot(profile, EMPTY_CELL, n_issues, n_rows, query)


def _cut(values: Any) -> Iterator[tuple[float, float]]:
    """The smallest and the largest value of each part."""
    shares = [part / N_PARTS for part in range(1, N_PARTS + 1)]
    highest = pc.quantile(values, q=shares, interpolation="lower").to_pylist()
    rest = values
    for high in dict.fromkeys(value for value in highest if value is not None):
        yield pc.min(rest).as_py(), high
        rest = rest.filter(pc.greater(rest, make_float_scalar(high)))


def _count_between(values: Any, low: float, high: float) -> int:
    above = pc.greater_equal(values, make_float_scalar(low))
    inside = pc.and_(above, pc.less_equal(values, make_float_scalar(high)))
    return pc.sum(inside).as_py() or 0


def _write_number(value: float) -> str:
    return repr(value).removesuffix(".0")


def _write_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()


def _ask(profile: dict[str, Any], **asked: Any) -> ReviewQuery:
    return ReviewQuery(preset="issues", column=profile["position"], **asked)


def _make_spot(
    profile: dict[str, Any], said: str, n_issues: int, n_rows: int, query: ReviewQuery
) -> HotSpot:
    low, high = wilson_interval(n_issues, n_rows, Z_99_9)
    return HotSpot(f"{show_name(profile['name'])}: {said}", n_issues, n_rows, low, high, query)
