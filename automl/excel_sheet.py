"""Streaming the rows of one sheet, sparsely: only cells that are there take room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.xmlreader import AttributesImpl

from automl.excel_values import format_date, format_number, unescape
from automl.workbook import PartHandler, Workbook, stream_part

_ALPHABET_SIZE = 26
_MAX_COLUMN_LETTERS = 3


@dataclass
class SheetRow:
    """A row of a sheet: its 1-based number, and the text of its cells by 1-based column.

    Cells whose value is an Excel error or a formula never calculated are "" in ``cells`` and
    counted.
    """

    number: int
    cells: dict[int, str] = field(default_factory=dict)
    n_errors: int = 0
    n_without_value: int = 0

    def is_blank(self) -> bool:
        return not (any(self.cells.values()) or self.n_errors or self.n_without_value)

    def width(self) -> int:
        """The last column that holds something."""
        return max((column for column, text in self.cells.items() if text), default=0)


def read_sheet(workbook: Workbook) -> Iterator[SheetRow]:
    """The rows of the workbook's chosen sheet, top to bottom."""
    handler = _SheetHandler(workbook)
    for _ in stream_part(workbook.archive, workbook.sheet_part, handler):
        yield from handler.take_rows()


def find_column(reference: str) -> int:
    """The 1-based column of a cell reference: 28 for ``AB7``."""
    letters = reference.rstrip("0123456789")
    if not letters.isascii() or not letters.isalpha() or len(letters) > _MAX_COLUMN_LETTERS:
        raise ValueError
    column = 0
    for letter in letters.upper():
        column = column * _ALPHABET_SIZE + ord(letter) - ord("A") + 1
    return column


class _SheetHandler(PartHandler):
    """Anything out of order raises ValueError, which the caller reports as damage."""

    def __init__(self, workbook: Workbook) -> None:
        super().__init__()
        self._workbook = workbook
        self._rows: list[SheetRow] = []
        self._row = SheetRow(0)
        self._column = 0
        self._kind = self._style = ""
        self._pieces: list[str] = []
        self._is_text = self._is_phonetic = self._has_formula = False

    def take_rows(self) -> list[SheetRow]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attrs: AttributesImpl) -> None:
        if name == "c":
            self._start_cell(attrs)
        elif name in {"v", "t"}:
            self._is_text = not self._is_phonetic
        elif name == "row":
            self._start_row(attrs)
        elif name == "f":
            self._has_formula = True
        elif name == "rPh":
            self._is_phonetic = True

    def end(self, name: str) -> None:
        if name in {"v", "t"}:
            self._is_text = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self._rows.append(self._row)
        elif name == "rPh":
            self._is_phonetic = False

    def characters(self, content: str) -> None:
        if self._is_text:
            self._pieces.append(content)

    def _start_row(self, attrs: AttributesImpl) -> None:
        number = int(attrs.get("r") or self._row.number + 1)
        if number <= self._row.number:
            raise ValueError
        self._row = SheetRow(number)
        self._column = 0

    def _start_cell(self, attrs: AttributesImpl) -> None:
        reference = attrs.get("r")
        column = find_column(reference) if reference else self._column + 1
        if column <= self._column:
            raise ValueError
        self._column = column
        self._kind, self._style = attrs.get("t", "n"), attrs.get("s", "0")
        self._pieces, self._has_formula = [], False

    def _end_cell(self) -> None:
        raw = "".join(self._pieces)
        if self._kind == "e":
            self._row.n_errors += 1
        elif not raw and self._has_formula:
            self._row.n_without_value += 1
        elif raw:
            self._row.cells[self._column] = self._format(raw)

    def _format(self, raw: str) -> str:
        if self._kind == "s":
            index = int(raw)
            if not 0 <= index < len(self._workbook.strings):
                raise ValueError
            return self._workbook.strings[index]
        if self._kind == "b":
            return "true" if raw.strip() == "1" else "false"
        if self._kind != "n":  # inlineStr, str, d
            return unescape(raw)
        kinds, style = self._workbook.date_kinds, int(self._style)
        kind = kinds[style] if style < len(kinds) else ""
        if kind:
            return format_date(raw, kind, is_1904=self._workbook.is_1904)
        return format_number(raw)
