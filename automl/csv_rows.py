"""The strict, streaming CSV reader: it decides what is a row, and knows every row's line.

Python's own csv module does the splitting in its strict mode. What it lacks is added here: bounded
memory whatever the file holds, places for errors, and rules for rows that do not fit the header.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from automl.column_names import clean_header, nameless_column_error, warn_about_names
from automl.csv_errors import broken_record_error, field_too_large_error, ragged_row_error
from automl.csv_header import Header, read_header
from automl.encodings import ByteSource, TextBlocks, count_line_breaks
from automl.errors import InputError, TableWarning
from automl.limits import Limits
from automl.row_notes import BlankLines, RowNotes

_MAX_CELLS_HELD = 500_000
_MAX_CHARS_HELD = 16 * 2**20


class _LineFeed:
    """Gives the csv module its lines, and remembers the text of the record it is in."""

    def __init__(self, blocks: Iterator[str], header: Header, limits: Limits) -> None:
        self._blocks = chain([header.rest], blocks)
        self._limits = limits
        self._next_line = header.next_line
        self._held: list[tuple[int, str]] = []  # (first line, text) of what may be needed again
        self.record_line = header.next_line  # first line of the record that is being read
        self.n_chars = 0

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(io.StringIO(text, newline="") for text in self._whole_lines())

    def _whole_lines(self) -> Iterator[str]:
        pieces: list[str] = []
        n_chars = 0
        for block in self._blocks:
            cut = max(block.rfind("\n"), block.rfind("\r")) + 1
            pieces.append(block[:cut] if cut else block)
            n_chars += len(block)
            if cut:
                yield self._hold("".join(pieces))
                pieces, n_chars = [block[cut:]], len(block) - cut
            elif n_chars > self._limits.max_row_chars:
                self._hold("".join(pieces))
                raise csv.Error
        if any(pieces):
            yield self._hold("".join(pieces))

    def _hold(self, text: str) -> str:
        self._held = [
            (line, old)
            for line, old in self._held
            if line + count_line_breaks(old) > self.record_line
        ]
        self._held.append((self._next_line, text))
        self._next_line += count_line_breaks(text)
        self.n_chars += len(text)
        if len(self._held) > 1 and sum(len(old) for _, old in self._held) > self._longest_held:
            raise csv.Error
        return text

    @property
    def _longest_held(self) -> int:
        return self._limits.max_row_chars + _MAX_CHARS_HELD

    def read_record_again(self) -> str:
        """The text from the start of the present record on."""
        line, text = self._held[0][0], "".join(text for _, text in self._held)
        return "".join(islice(io.StringIO(text, newline=""), self.record_line - line, None))

    def read_on(self) -> Iterator[str]:
        return self._blocks


_NOTE_WORDS = {
    "SHORT_ROWS": "{n} rows have fewer cells than the header (lines {lines}). "
    "The missing cells were left empty.",
    "EMPTY_EXTRA_CELLS": "{n} rows have empty cells past the last column (lines {lines}). "
    "They were dropped.",
    "BLANK_LINES": "{n} blank lines between rows were skipped (lines {lines}).",
}


class CsvRows:
    """The columns and rows of a delimited text file.

    Parameters
    ----------
    source
        The file's bytes, unpacked.
    encoding, delimiter
        What a person chose, or None to find out.

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
        self._has_strange_index = False
        self._feed = _LineFeed(blocks, self._header, limits)
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
        if self._has_strange_index:
            found.append(_INDEX_DROPPED)
        return found

    def chunks(self, max_rows: int) -> Iterator[list[Sequence[str]]]:
        """At most ``max_rows`` rows at a time, column by column."""
        max_rows = max(1, min(max_rows, _MAX_CELLS_HELD // len(self._names)))
        for rows in self._read_rows(max_rows):
            yield self._pick_columns(list(zip(*rows, strict=True)))
            self.n_rows += len(rows)
        self._blank_lines.count_pending(self.n_rows)

    def _read_rows(self, max_rows: int) -> Iterator[list[list[str]]]:
        feed, width = self._feed, len(self._names)
        first_line = feed.record_line
        must_measure = self._prepare_field_limit()
        reader = csv.reader(feed, delimiter=self.delimiter, strict=True)
        rows: list[list[str]] = []
        flush_at = feed.n_chars + _MAX_CHARS_HELD
        try:
            for row in reader:
                if len(row) != width or must_measure:
                    row = self._fit_row(row, feed.record_line, self.n_rows + len(rows))
                if row:
                    rows.append(row)
                feed.record_line = first_line + reader.line_num
                if len(rows) >= max_rows or feed.n_chars > flush_at:
                    yield rows
                    rows = []
                    flush_at = feed.n_chars + _MAX_CHARS_HELD
        except csv.Error:
            raise self._broken_record_error() from None
        if rows:
            yield rows

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

    def _pick_columns(self, columns: list[Sequence[str]]) -> list[Sequence[str]]:
        """Leave out nameless columns, which may only be empty or an index."""
        if len(self.columns) == len(self._names):
            return columns
        picked = []
        for position, (name, cells) in enumerate(zip(self._names, columns, strict=True)):
            if name:
                picked.append(cells)
            elif any(cells) and not (position == 0 and self._is_index(cells)):
                raise nameless_column_error(position + 1)
        return picked

    def _is_index(self, cells: Sequence[str]) -> bool:
        """Whether a nameless first column holds whole numbers, as written by pandas.

        The row numbers 0, 1, 2 ... carry nothing. Others (a shuffled or filtered frame) are
        dropped as well, with a warning.
        """
        if not all(cell.isascii() and cell.isdigit() for cell in cells):
            return False
        start = self.n_rows
        if any(int(cell[:20]) != n for n, cell in enumerate(cells, start)):
            self._has_strange_index = True
        return True

    def _broken_record_error(self) -> InputError:
        return broken_record_error(
            self._feed.read_record_again(),
            line=self._feed.record_line,
            delimiter=self.delimiter,
            names=self._names,
            limits=self._limits,
            rest=self._feed.read_on(),
        )


_INDEX_DROPPED = TableWarning(
    "INDEX_COLUMN_DROPPED",
    "The first column has no name and holds whole numbers: it was taken as an index and left out.",
)


def _delimiter_warning(delimiter: str) -> TableWarning:
    shown = {"\t": "tabs", ";": "semicolons", "|": "vertical bars"}[delimiter]
    return TableWarning("DELIMITER_GUESSED", f"Columns were read as separated by {shown}.")
