"""Fields of a request that are more than a text; what is not asked for is ignored."""

from typing import Any
from uuid import UUID

from automl.errors import InputError
from client_api.endpoint import read_text
from studio.converters import parse_id

# More than any file has bytes.
MAX_DIGITS = 18


def read_whole_number(body: dict[str, Any], name: str) -> int:
    """The client sends numbers as texts, too."""
    value = body.get(name)
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdecimal()) or len(text) > MAX_DIGITS:
        raise InputError("INVALID_FIELD", f"The field '{name}' must be a whole number.")
    return int(text)


def read_id(body: dict[str, Any], name: str) -> UUID:
    """404 for what is none, as for one that does not exist."""
    return parse_id(read_text(body, name))


def read_objects(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = body.get(name)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise InputError("INVALID_FIELD", f"The field '{name}' must be a list of objects.")
    return value
