"""The strict, streaming CSV reader: it decides what is a row, and knows every row's line.

Rows beyond doubt are split in bulk; all others one by one, by Python's csv module in its strict
mode. What that lacks is added here: bounded memory whatever the file holds, places for errors, and
rules for rows that do not fit the header.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pyarrow as pa

from automl.arrow_arrays import make_text_array
from automl.column_names import clean_header, nameless_column_error, warn_about_names
from automl.csv_errors import broken_record_error, field_too_large_error, ragged_row_error
from automl.csv_header import read_header
from automl.csv_lines import LineFeed
from automl.csv_parser import StrictCsvParser
from automl.encodings import ByteSource, count_line_breaks
from automl.errors import InputError, TableWarning
from automl.limits import Limits
from automl.nameless_columns import NamelessColumns
from automl.row_notes import BlankLines, RowNotes
from automl.text_blocks import TextBlocks

_NOTE_WORDS = {
    "SHORT_ROWS": "Rows with fewer cells than the header: {n} (lines {lines}). "
    "The missing cells were left empty.",
    "EMPTY_EXTRA_CELLS": "Rows with empty cells past the last column: {n} (lines {lines}). "
    "Those cells were dropped.",
    "BLANK_LINES": "Blank lines between rows: {n} (lines {lines}). They were skipped.",
}


class CsvRows:
    """The columns and rows of a delimited text file.

    Parameters
    ----------
    source
        The file's bytes, unpacked.
    encoding, delimiter
        What a person chose, or None to find out.
    ignores_nameless
        Leave out columns without a name, whatever they hold.

    Raises
    ------
    InputError
        When made, for a bad header; while iterating, for a bad row.
    """

    def __init__(
        self,
        source: ByteSource,
        *,
        encoding: str | None = None,
        delimiter: str | None = None,
        ignores_nameless: bool = False,
        limits: Limits,
    ) -> None:
        self._limits = limits
        self._text = TextBlocks(source, encoding)
        blocks = iter(self._text)
        self._header = read_header(blocks, delimiter, limits)
        self.delimiter = self._header.delimiter
        self._names = clean_header(self._header.cells, limits)
        self.columns = [name for name in self._names if name]
        self._notes = RowNotes(_NOTE_WORDS)
        self._blank_lines = BlankLines(self._notes, "BLANK_LINES")
        self._nameless = NamelessColumns(self._names, are_ignored=ignores_nameless)
        self._feed = LineFeed(self._text, blocks, self._header, limits)
        self.n_rows = 0

    @property
    def encoding(self) -> str:
        return self._text.encoding

    @property
    def warnings(self) -> list[TableWarning]:
        found = [*self._text.warnings]
        if self._header.is_delimiter_guessed:
            found.append(_delimiter_warning(self.delimiter))
        found += warn_about_names(self.columns)
        found += self._notes.warnings()
        return found + self._nameless.warnings

    @property
    def first_line(self) -> int | None:
        """Of the first row, where each row is one line and nothing is between them."""
        first = self._header.next_line
        n_lines = self._feed.end_line - first - self._blank_lines.n_pending
        return first if n_lines == self.n_rows else None

    def read_columns(self) -> Iterator[list[pa.StringArray]]:
        """Some rows at a time, column by column."""
        for columns in self._split_blocks():
            picked = self._nameless.drop_from(columns)
            self.n_rows += len(picked[0])
            yield picked
        self._blank_lines.count_pending(self.n_rows)

    def _split_blocks(self) -> Iterator[list[pa.StringArray]]:
        feed = self._feed
        parser = StrictCsvParser(len(self._names), self.delimiter)
        try:
            while text := feed.read_block():
                is_short = len(text) <= self._limits.max_field_chars  # so is every cell
                columns, rest = parser.split(text) if is_short else ([], text)
                if columns:
                    feed.record_line = feed.next_line - count_line_breaks(rest)
                    yield columns
                if rest:
                    yield from self._split_row_by_row(rest)
        except csv.Error:
            raise self._broken_record_error() from None

    def _split_row_by_row(self, text: str) -> Iterator[list[pa.StringArray]]:
        feed, width = self._feed, len(self._names)
        first_line = feed.record_line
        must_measure = self._prepare_field_limit()
        lines = feed.read_lines(text)
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        rows: list[list[str]] = []
        block_end = feed.next_line
        for row in reader:
            if len(row) != width or must_measure:
                row = self._fit_row(row, feed.record_line, self.n_rows + len(rows))
            if row:
                rows.append(row)
            feed.record_line = first_line + reader.line_num
            if feed.record_line > block_end and rows:
                yield _transpose(rows)
                rows, block_end = [], feed.next_line
        if rows:
            yield _transpose(rows)

    def _prepare_field_limit(self) -> bool:
        """Let the csv module read cells as long as ours may be.

        Its limit is one for the whole process, so it is only ever raised; where it stands above
        ours, cells must be measured here.
        """
        csv.field_size_limit(max(csv.field_size_limit(), self._limits.max_field_chars))
        return csv.field_size_limit() > self._limits.max_field_chars

    def _fit_row(self, row: list[str], line: int, n_rows: int) -> list[str]:
        """A row of the header's width, or an empty list for a blank line."""
        width = len(self._names)
        if not row or (len(row) == 1 < width and row[0].isspace()):
            self._blank_lines.add(line, n_rows)
            return []
        if len(row) > width:
            self._check_extra_cells(row, line)
        elif len(row) < width:
            self._notes.add("SHORT_ROWS", line)
            row = row + [""] * (width - len(row))
        for position, cell in enumerate(row):
            if len(cell) > self._limits.max_field_chars:
                raise field_too_large_error(line, position, self._names, self._limits)
        return row[:width]

    def _check_extra_cells(self, row: list[str], line: int) -> None:
        width = len(self._names)
        for position, cell in enumerate(row[width:], start=width + 1):
            if cell and not cell.isspace():
                if position <= len(self._header.cells):
                    raise nameless_column_error(position)
                raise ragged_row_error(
                    row,
                    line=line,
                    width=width,
                    header_line=self._header.line,
                    delimiter=self.delimiter,
                )
        self._notes.add("EMPTY_EXTRA_CELLS", line)

    def _broken_record_error(self) -> InputError:
        return broken_record_error(
            self._feed.read_record_again(),
            line=self._feed.record_line,
            delimiter=self.delimiter,
            names=self._names,
            limits=self._limits,
            rest=self._feed.rest,
        )


def _transpose(rows: list[list[str]]) -> list[pa.StringArray]:
    return [make_text_array(cells) for cells in zip(*rows, strict=True)]


def _delimiter_warning(delimiter: str) -> TableWarning:
    shown = {"\t": "tabs", ";": "semicolons", "|": "vertical bars"}[delimiter]
    return TableWarning("DELIMITER_GUESSED", f"Columns were read as separated by {shown}.")
