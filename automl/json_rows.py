"""The columns and rows of JSON: a list of objects, or an object a line (JSON Lines).

The columns are all keys of all objects, in the order of their first appearance, so the file is
gone through once for its keys and once more for its rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from automl.arrow_arrays import make_text_array
from automl.column_names import (
    check_column_count,
    clean_column_name,
    clean_header,
    warn_about_names,
)
from automl.errors import InputError, TableWarning
from automl.json_items import (
    LIST_EXPECTED,
    Item,
    decode_document,
    iterate_lines,
    iterate_list,
)
from automl.limits import Limits
from automl.shown_text import show_name
from automl.text_blocks import TextBlocks

_MAX_CELLS_HELD = 200_000
_MAX_CHARS_HELD = 4 * 2**20
_MAX_SHAPES_KEPT = 1000
_FROM_PANDAS = re.compile(r'\{\s*"(?:[^"\\]|\\.)*"\s*:\s*[\[{]')


class JsonRows:
    """Reads JSON as a table. Absent keys and null are null; "" stays "".

    Parameters
    ----------
    open_text
        Gives the file's text from the start, every time.
    is_lines_name
        Whether the file's name says JSON Lines.

    Raises
    ------
    InputError
        When made, for text that is not JSON rows; while iterating, for a value that is no cell.
    """

    delimiter = None

    def __init__(
        self, open_text: Callable[[], TextBlocks], *, is_lines_name: bool, limits: Limits
    ) -> None:
        self._limits = limits
        self._open_text = open_text
        self._text: TextBlocks = open_text()
        self._items = self._choose_shape(is_lines_name)
        self._keys = _Keys(limits)
        n_items = 0
        for item in self._items():
            self._keys.add(item)
            n_items += 1
        if not n_items:
            raise InputError("NO_ROWS", "The file holds an empty list.")
        self.columns = self._keys.check_names()

    @property
    def encoding(self) -> str:
        return self._text.encoding

    @property
    def warnings(self) -> list[TableWarning]:
        return self._text.warnings + warn_about_names(self.columns)

    def read_columns(self) -> Iterator[list[pa.StringArray]]:
        """Some rows at a time, column by column."""
        width = len(self.columns)
        held: list[list[str | None]] = []
        n_chars = 0
        for item in self._items():
            cells: list[str | None] = [None] * width
            for key, value in item.value:
                cells[self._keys.positions[key]] = self._format(item, key, value)
            held.append(cells)
            n_chars += item.n_chars
            if n_chars > _MAX_CHARS_HELD or len(held) * width > _MAX_CELLS_HELD:
                yield _transpose(held)
                held, n_chars = [], 0
        if held:
            yield _transpose(held)

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

    def _choose_shape(self, is_lines_name: bool) -> Callable[[], Iterator[Item]]:
        """Which of the two shapes the file has; its first characters tell."""
        first = next(iter(self._text), "").lstrip("\ufeff \t\r\n")
        if not first:
            raise InputError("EMPTY_FILE", "The file is empty.")
        if first[0] == "[":
            text = self._read_whole()
            return lambda: iterate_list(text)
        if first[0] == "{" and (is_lines_name or _starts_with_whole_lines(first)):
            return self._iterate_lines
        raise self._wrong_shape_error(first)

    def _iterate_lines(self) -> Iterator[Item]:
        self._text = self._open_text()
        return iterate_lines(iter(self._text), self._limits)

    def _read_whole(self) -> str:
        """A list cannot be cut into pieces safely, so it is held, and its size is bounded."""
        self._text = self._open_text()
        pieces: list[str] = []
        n_chars = 0
        for block in self._text:
            pieces.append(block)
            n_chars += len(block)
            if n_chars > self._limits.max_expanded_bytes:
                raise InputError(
                    "FILE_TOO_LARGE",
                    "The JSON list is too large to be read as one. Save it as JSON Lines (.jsonl).",
                )
        return "".join(pieces)

    def _wrong_shape_error(self, first: str) -> InputError:
        if first[0] == "{" and _FROM_PANDAS.match(first):
            words = (
                "Expected a list of objects. From pandas, write it with to_json(orient='records')."
            )
        else:
            words = LIST_EXPECTED
        try:
            decode_document(self._read_whole())
        except InputError as error:
            is_csv = first[0] not in '{"' and re.search(r"[,;\t|]", first.splitlines()[0])
            if is_csv and error.code == "INVALID_JSON":
                return InputError("WRONG_TYPE", "This looks like CSV. Give it the extension .csv.")
            return error
        return InputError("WRONG_SHAPE", words)


class _Keys:
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


def _starts_with_whole_lines(first: str) -> bool:
    """Whether the text begins with an object on a line of its own and goes on after it."""
    line, _, rest = first.partition("\n")
    if not rest.strip():
        return False
    try:
        return isinstance(decode_document(line), tuple)
    except InputError:
        return False


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


def _transpose(rows: list[list[str | None]]) -> list[pa.StringArray]:
    return [make_text_array(cells) for cells in zip(*rows, strict=True)]
