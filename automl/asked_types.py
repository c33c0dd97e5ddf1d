"""What somebody says that columns hold, instead of what their cells look like."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from automl.errors import InputError
from automl.schema import BOOLEAN, CATEGORICAL, CONSTANT, DATETIME, EMPTY, NUMERIC, TEXT
from automl.shown_text import show_name
from automl.values import BOOLEAN_WORDS, distinct_cells, parse_finite, parse_time

STRING, INTEGER, FLOAT, DATE = "string", "integer", "float", "date"


def _is_whole(cell: str) -> bool:
    """`1.0` is one too: pandas writes whole numbers so where a column has gaps."""
    number = parse_finite(cell)
    return number is not None and number.is_integer()


# By type: the test of a cell, and what the cells then are called.
_TESTS: dict[str, tuple[Callable[[str], bool], str]] = {
    INTEGER: (_is_whole, "whole numbers"),
    FLOAT: (lambda cell: parse_finite(cell) is not None, "numbers"),
    BOOLEAN: (lambda cell: cell.strip().casefold() in BOOLEAN_WORDS, "true or false"),
    DATE: (lambda cell: parse_time(cell) is not None, "dates"),
    DATETIME: (lambda cell: parse_time(cell) is not None, "dates"),
}
TYPES = (STRING, *_TESTS)
_KINDS = {INTEGER: NUMERIC, FLOAT: NUMERIC, BOOLEAN: BOOLEAN, DATE: DATETIME, DATETIME: DATETIME}


class TypeCheck:
    """Whether the cells of a table are what was asked for, batch by batch.

    Parameters
    ----------
    columns : names, in the order of the batches' columns.
    asked : type by column name.

    Raises
    ------
    InputError
        `UNKNOWN_COLUMN` where the table has no such column.
    """

    def __init__(self, columns: Sequence[str], asked: Mapping[str, str]) -> None:
        self._n_rows = 0
        self._asked = [(_find(columns, name), name, asked[name]) for name in asked]

    def check(self, batch: pa.RecordBatch) -> None:
        """Raises InputError `WRONG_TYPE` for the first cell that is something else."""
        for position, name, asked in self._asked:
            if asked in _TESTS:
                self._check_column(batch.column(position), name, asked, position)
        self._n_rows += batch.num_rows

    def _check_column(self, cells: pa.Array, name: str, asked: str, position: int) -> None:
        is_right, words = _TESTS[asked]
        for value in distinct_cells(cells).values:
            if value.strip() and not is_right(value):
                row = self._n_rows + pc.index(cells, value).as_py() + 1
                raise InputError(
                    "WRONG_TYPE",
                    f"Column '{show_name(name, 40)}' was to hold {words}, but row {row:,} has "
                    f"'{show_name(value, 30)}'. Correct it, or ask for another type.",
                    column=position + 1,
                )


def apply_types(profiles: list[dict[str, Any]], asked: Mapping[str, str]) -> list[dict[str, Any]]:
    """Profiles whose kinds are those that were asked for; the cells were checked before."""
    return [
        profile | _as_asked(profile["kind"], asked[profile["name"]])
        if profile["name"] in asked
        else profile
        for profile in profiles
    ]


def _as_asked(found: str, asked: str) -> dict[str, str]:
    label_type = STRING if asked in {DATE, DATETIME} else asked
    if found in {EMPTY, CONSTANT}:
        return {"label_type": label_type}
    if asked == STRING:
        kind = found if found in {TEXT, CATEGORICAL} else CATEGORICAL
    else:
        kind = _KINDS[asked]
    return {"label_type": label_type, "kind": kind, "note": ""}


def _find(columns: Sequence[str], name: str) -> int:
    if name not in columns:
        shown = ", ".join(show_name(column, 20) for column in columns[:5])
        raise InputError(
            "UNKNOWN_COLUMN",
            f"A type was asked for the column '{show_name(name, 40)}', which the file does not "
            f"have. It has: {shown}{', …' if len(columns) > 5 else ''}.",
        )
    return columns.index(name)
