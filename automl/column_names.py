"""From the first row of a file to column names that can be relied on."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from automl.errors import InputError, TableWarning
from automl.limits import Limits
from automl.shown_text import has_control, show_name


def clean_column_name(name: str) -> str:
    """Trimmed, in Unicode NFC, without byte-order marks at its start."""
    return unicodedata.normalize("NFC", name.strip().lstrip("\ufeff").strip())


def check_column_count(count: int, limits: Limits) -> None:
    if count > limits.max_columns:
        raise InputError(
            "TOO_MANY_COLUMNS",
            f"The file has {count:,} columns; the limit is {limits.max_columns:,}.",
        )


def clean_header(cells: Sequence[str], limits: Limits) -> list[str]:
    """Clean and check a header.

    Returns
    -------
    list of str
        One name a cell. Nameless cells stay as "" (an index column or an empty column may stand
        there; only the rows can tell), save those at the end, which are cut off.

    Raises
    ------
    InputError
        ``TOO_MANY_COLUMNS``, ``EMPTY_COLUMN_NAME``, ``COLUMN_NAME_TOO_LONG`` or
        ``DUPLICATE_COLUMNS``.
    """
    names = [clean_column_name(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise InputError("EMPTY_COLUMN_NAME", "The header has no column names.")
    check_column_count(len(names), limits)
    seen: set[str] = set()
    for position, name in enumerate(names, start=1):
        _check_length(name, position, limits)
        if name and name in seen:
            raise InputError(
                "DUPLICATE_COLUMNS",
                f"Two columns are named '{show_name(name)}'. Column names must be unique.",
                column=position,
            )
        seen.add(name)
    return names


def _check_length(name: str, position: int, limits: Limits) -> None:
    if len(name) > limits.max_column_name:
        raise InputError(
            "COLUMN_NAME_TOO_LONG",
            f"Column {position}'s name is longer than {limits.max_column_name} characters.",
            column=position,
        )


def nameless_column_error(position: int) -> InputError:
    return InputError(
        "EMPTY_COLUMN_NAME", f"Column {position} has no name in the header.", column=position
    )


def warn_about_names(names: Sequence[str]) -> list[TableWarning]:
    """Warnings that the names alone justify."""
    warnings = []
    strange = [name for name in names if has_control(name)]
    if strange:
        warnings.append(
            TableWarning(
                "CONTROL_CHARACTERS",
                f"Column name '{show_name(strange[0])}' contains invisible characters.",
                len(strange),
            )
        )
    n_numbers = sum(map(_is_number, names))
    if n_numbers * 2 >= len(names):
        warnings.append(
            TableWarning(
                "HEADER_LOOKS_LIKE_DATA",
                "The first line was taken as the column names, but it looks like data.",
                n_numbers,
            )
        )
    return warnings


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True
