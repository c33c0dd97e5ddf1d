"""The columns and rows of a workbook's first visible sheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from automl.arrow_arrays import make_text_array
from automl.column_names import clean_header, nameless_column_error, warn_about_names
from automl.errors import InputError, TableWarning
from automl.excel_sheet import SheetRow, read_sheet
from automl.limits import Limits
from automl.nameless_columns import NamelessColumns
from automl.row_notes import BlankLines, RowNotes
from automl.shown_text import show_name
from automl.workbook import open_workbook

_MAX_CELLS_HELD = 200_000

_NOTE_WORDS = {
    "FORMULAS_WITHOUT_VALUES": "Formulas that were never calculated: {n} (rows {lines}). Their "
    "cells were left empty: open the workbook in Excel and save it.",
    "VALUES_AS_MISSING": "Cells with an error such as #DIV/0!: {n} (rows {lines}). They were left "
    "empty.",
    "BLANK_LINES": "Blank rows between rows: {n} (rows {lines}). They were skipped.",
}


class ExcelRows:
    """Reads a workbook as a table.

    Raises
    ------
    InputError
        When made, for an unsafe or damaged workbook or a bad header; while iterating, for a bad
        row.
    """

    encoding = None
    delimiter = None

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._limits = limits
        self._workbook = open_workbook(file, limits)
        self._rows = read_sheet(self._workbook)
        self._header = self._read_header()
        self._names = clean_header(self._header_cells(), limits)
        self.columns = [name for name in self._names if name]
        self._nameless = NamelessColumns(self._names)
        self._notes = RowNotes(_NOTE_WORDS)
        self._blank_lines = BlankLines(self._notes, "BLANK_LINES")
        self._n_rows = 0

    @property
    def first_line(self) -> None:
        """Rows are not told by lines."""

    @property
    def warnings(self) -> list[TableWarning]:
        found = warn_about_names(self.columns)
        n_others = self._workbook.n_other_sheets
        if n_others:
            found.append(
                TableWarning(
                    "OTHER_SHEETS",
                    "Only the first visible sheet of the workbook is read.",
                    n_others,
                )
            )
        return [*found, *self._notes.warnings(), *self._nameless.warnings]

    def read_columns(self) -> Iterator[list[pa.StringArray]]:
        """Some rows at a time, column by column."""
        held: list[list[str]] = []
        max_held = max(1, _MAX_CELLS_HELD // len(self._names))
        for row in self._rows:
            if row.is_blank():
                self._blank_lines.add(row.number, self._n_rows)
                continue
            held.append(self._fit_row(row))
            self._n_rows += 1
            if len(held) >= max_held:
                yield self._make_columns(held)
                held = []
        if held:
            yield self._make_columns(held)
        self._blank_lines.count_pending(self._n_rows)

    def _make_columns(self, rows: list[list[str]]) -> list[pa.StringArray]:
        columns = [make_text_array(cells) for cells in zip(*rows, strict=True)]
        return self._nameless.drop_from(columns)

    def _read_header(self) -> SheetRow:
        for row in self._rows:
            if not row.is_blank():
                self._check_width(row.width())
                return row
        raise InputError("EMPTY_FILE", "The first sheet is empty.")

    def _header_cells(self) -> list[str]:
        header = self._header
        return [header.cells.get(column, "") for column in range(1, header.width() + 1)]

    def _check_width(self, width: int) -> None:
        if width > self._limits.max_columns:
            raise InputError(
                "TOO_MANY_COLUMNS",
                f"The sheet is {width:,} columns wide; the limit is {self._limits.max_columns:,}.",
            )

    def _fit_row(self, row: SheetRow) -> list[str]:
        for _ in range(row.n_errors):
            self._notes.add("VALUES_AS_MISSING", row.number)
        for _ in range(row.n_without_value):
            self._notes.add("FORMULAS_WITHOUT_VALUES", row.number)
        cells = [""] * len(self._names)
        for column, text in row.cells.items():
            if column > len(cells):
                if text and not text.isspace():
                    raise self._too_wide_error(row, column)
            elif len(text) > self._limits.max_field_chars:
                raise self._too_large_error(row, column)
            else:
                cells[column - 1] = text
        return cells

    def _too_wide_error(self, row: SheetRow, column: int) -> InputError:
        self._check_width(row.width())
        if column <= self._header.width():
            return nameless_column_error(column)
        width = len(self._names)
        is_title = width == 1
        header = f"header (row {self._header.number})" if is_title else "header"
        advice = " Remove any rows above the header." if is_title else ""
        return InputError(
            "RAGGED_ROWS",
            f"Row {row.number} has {row.width()} cells but the {header} has {width}.{advice}",
            line=row.number,
        )

    def _too_large_error(self, row: SheetRow, column: int) -> InputError:
        return InputError(
            "FIELD_TOO_LARGE",
            f"Row {row.number}, column '{show_name(self._names[column - 1])}' is longer than "
            f"{self._limits.max_field_chars:,} characters.",
            line=row.number,
            column=column,
        )
