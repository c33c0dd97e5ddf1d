"""The columns and rows of JSON: a list of objects, or an object a line (JSON Lines).

The columns are all keys of all objects, in the order of their first appearance, so the file is
gone through once for its keys and once more for its rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pyarrow as pa

from automl.arrow_arrays import make_text_array
from automl.column_names import warn_about_names
from automl.errors import InputError, TableWarning
from automl.json_cells import JsonKeys
from automl.json_items import (
    LIST_EXPECTED,
    Item,
    decode_document,
    iterate_lines,
    iterate_list,
)
from automl.limits import Limits
from automl.text_blocks import TextBlocks

_MAX_CELLS_HELD = 200_000
_MAX_CHARS_HELD = 4 * 2**20
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
        self._keys = JsonKeys(limits)
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
    def first_line(self) -> None:
        """Rows are not told by lines."""

    @property
    def warnings(self) -> list[TableWarning]:
        return self._text.warnings + warn_about_names(self.columns)

    def read_columns(self) -> Iterator[list[pa.StringArray]]:
        """Some rows at a time, column by column."""
        width = len(self.columns)
        held: list[list[str | None]] = []
        n_chars = 0
        for item in self._items():
            held.append(self._keys.read_cells(item))
            n_chars += item.n_chars
            if n_chars > _MAX_CHARS_HELD or len(held) * width > _MAX_CELLS_HELD:
                yield _transpose(held)
                held, n_chars = [], 0
        if held:
            yield _transpose(held)

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


def _starts_with_whole_lines(first: str) -> bool:
    """Whether the text begins with an object on a line of its own and goes on after it."""
    line, _, rest = first.partition("\n")
    if not rest.strip():
        return False
    try:
        return isinstance(decode_document(line), tuple)
    except InputError:
        return False


def _transpose(rows: list[list[str | None]]) -> list[pa.StringArray]:
    return [make_text_array(cells) for cells in zip(*rows, strict=True)]
