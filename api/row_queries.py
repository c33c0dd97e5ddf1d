"""From what a request asks for to the query of the review."""

from typing import Any

from api.row_schemas import RowFilters
from automl.errors import InputError
from automl.shown_text import show_name
from automl.values import parse_number, parse_time
from studio.models import Cleanset
from studio.review_query import WORST_FIRST, ReviewQuery


def to_query(cleanset: Cleanset, asked: RowFilters) -> ReviewQuery:
    """Raises InputError `UNKNOWN_COLUMN`, `COLUMN_MISSING` or `BAD_LIMIT`."""
    column = _position(cleanset, asked.column)
    _check(asked)
    return ReviewQuery(
        preset=asked.preset,
        given=tuple(asked.given),
        suggested=tuple(asked.suggested),
        search=asked.search.strip(),
        column=column,
        contains=asked.contains if asked.equals is None else asked.equals,
        is_whole=asked.equals is not None,
        cell_from=asked.at_least.strip(),
        cell_to=asked.at_most.strip(),
        lows=_limits(asked.score, asked.min_score),
        highs=_limits(asked.score, asked.max_score),
        sort=_sort(cleanset, asked),
        is_rising=asked.order == "rising",
    )


def _check(asked: RowFilters) -> None:
    of_column = (asked.contains, asked.at_least, asked.at_most)
    if asked.column is None and (any(of_column) or asked.equals is not None):
        raise InputError("COLUMN_MISSING", "Say with “column” which column that filter is for.")
    if asked.score is None and (asked.min_score, asked.max_score) != (None, None):
        raise InputError("COLUMN_MISSING", "Say with “score” which column the limits are for.")
    for limit in (asked.at_least.strip(), asked.at_most.strip()):
        if limit and parse_number(limit) is None and parse_time(limit) is None:
            raise InputError("BAD_LIMIT", f"“{show_name(limit, 40)}” is neither number nor time.")


def _limits(name: str | None, value: float | None) -> Any:
    return () if name is None or value is None else ((name, value),)


def _sort(cleanset: Cleanset, asked: RowFilters) -> str:
    position = _position(cleanset, asked.sort_column)
    return str(asked.sort or WORST_FIRST) if position is None else f"c{position}"


def _position(cleanset: Cleanset, name: str | None) -> int | None:
    if name is None:
        return None
    for profile in cleanset.project.dataset.profiles:
        if profile["name"] == name:
            return int(profile["position"])
    shown = show_name(name, 60)
    raise InputError("UNKNOWN_COLUMN", f"The dataset has no column “{shown}”.")
