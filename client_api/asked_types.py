"""`schema_overrides` of the client, as types of columns."""

from typing import Any

from automl.asked_types import TYPES
from automl.errors import InputError
from automl.shown_text import show_name
from client_api.endpoint import read_text
from client_api.fields import read_objects

# The column then is looked at, as if nothing was asked.
UNTYPED = "untyped"


def read_asked_types(body: dict[str, Any], name: str) -> dict[str, str]:
    """Types by column name; none where the client sends null.

    Raises
    ------
    InputError
        `INVALID_FIELD`, `UNKNOWN_TYPE` or `COLUMN_TWICE`.
    """
    if body.get(name) is None:
        return {}
    asked: dict[str, str] = {}
    for override in read_objects(body, name):
        column, column_type = read_text(override, "name"), read_text(override, "column_type")
        if column in asked:
            raise InputError(
                "COLUMN_TWICE", f"The column '{show_name(column)}' has two types in '{name}'."
            )
        asked[column] = _check(column, column_type)
    return {column: kind for column, kind in asked.items() if kind != UNTYPED}


def _check(column: str, asked: str) -> str:
    if asked.startswith("image"):
        raise InputError(
            "UNKNOWN_TYPE",
            f"The column '{show_name(column, 60)}' is to hold images, which this server cannot "
            "read. Leave it out.",
        )
    if asked not in {*TYPES, UNTYPED}:
        raise InputError(
            "UNKNOWN_TYPE",
            f"'{show_name(asked, 30)}' is no type of a column. There are: {', '.join(TYPES)}.",
        )
    return asked
