"""Objects of JSON as rows of cells: what keys become columns, and what values become text.

The same for files and for requests, so that both predict alike.
"""

from __future__ import annotations

from typing import Any

from automl.column_names import check_column_count, clean_column_name, clean_header
from automl.errors import InputError
from automl.json_items import Item
from automl.limits import Limits
from automl.shown_text import show_name

_MAX_SHAPES_KEPT = 1000


class JsonKeys:
    """Collects the keys of all objects as column names; many objects share one list of keys."""

    def __init__(self, limits: Limits) -> None:
        self.positions: dict[str, int] = {}  # of the key as written
        self._names: dict[str, int] = {}
        self._shapes: set[tuple[str, ...]] = set()
        self._limits = limits

    def add(self, item: Item) -> None:
        if not isinstance(item.value, tuple):
            raise _cell_error("WRONG_SHAPE", item, f"{item.place} is not an object.")
        shape = tuple([key for key, _ in item.value])
        if shape in self._shapes:
            return
        if len(self._shapes) < _MAX_SHAPES_KEPT:
            self._shapes.add(shape)
        seen: set[int] = set()
        for key in shape:
            position = self._find_position(key, item)
            if position in seen:
                raise _cell_error(
                    "DUPLICATE_COLUMNS",
                    item,
                    f"{item.place} has the key '{show_name(key.strip())}' twice.",
                )
            seen.add(position)

    def _find_position(self, key: str, item: Item) -> int:
        if key in self.positions:
            return self.positions[key]
        _check_storable(key, item, "a key")
        name = clean_column_name(key)
        if not name:
            raise _cell_error("EMPTY_COLUMN_NAME", item, f"{item.place} has a key without a name.")
        position = self._names.setdefault(name, len(self._names))
        check_column_count(len(self._names), self._limits)
        self.positions[key] = position
        return position

    def check_names(self) -> list[str]:
        if not self._names:
            raise InputError("EMPTY_COLUMN_NAME", "The objects have no keys to name columns by.")
        return clean_header(list(self._names), self._limits)

    def read_cells(self, item: Item) -> list[str | None]:
        """The cells of an object whose keys were added, in the order of the columns."""
        cells: list[str | None] = [None] * len(self._names)
        for key, value in item.value:
            cells[self.positions[key]] = self._format(item, key, value)
        return cells

    def _format(self, item: Item, key: str, value: Any) -> str | None:
        if isinstance(value, str):
            if len(value) > self._limits.max_field_chars:
                raise _cell_error(
                    "FIELD_TOO_LARGE",
                    item,
                    f"{item.place}, column '{show_name(key)}' is longer than "
                    f"{self._limits.max_field_chars:,} characters.",
                )
            _check_storable(value, item, f"'{show_name(key)}'")
            return value
        if value is None:
            return None
        if isinstance(value, bool):
            return "true" if value else "false"
        kind = "an object" if isinstance(value, tuple) else "a list"
        raise _cell_error(
            "NESTED_VALUE",
            item,
            f"{item.place}: '{show_name(key)}' is {kind}. "
            "Cells must be text, numbers, true/false or null.",
        )


def _check_storable(text: str, item: Item, what: str) -> None:
    """Refuse what valid JSON can hold and no database column can."""
    if "\0" in text:
        raise _cell_error("NUL_BYTE", item, f"{item.place}: {what} contains a NUL character.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise _cell_error(
                "ENCODING", item, f"{item.place}: {what} contains a broken character."
            ) from None


def _cell_error(code: str, item: Item, message: str) -> InputError:
    return InputError(code, message, line=item.line)
