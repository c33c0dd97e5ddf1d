"""Feeding CSV text by lines while remembering the record that is being read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain, islice

from automl.csv_header import Header
from automl.limits import Limits
from automl.text_blocks import TextBlocks
from automl.text_lines import LongLineError, cut_whole_lines

_Block = tuple[int, int, str]  # its first line, the one after it, and whole lines of text


class LineFeed:
    """Gives out text in whole lines, and remembers that of the record being read.

    ``record_line`` is kept by the reader: the first line of the record it is in. ``next_line`` is
    the first line not given out yet.
    """

    def __init__(
        self, source: TextBlocks, blocks: Iterator[str], header: Header, limits: Limits
    ) -> None:
        self._source = source
        self.rest = chain([header.rest], blocks)
        self._limits = limits
        self._held: list[_Block] = []
        self._returned = ""
        self._ends_inside_line = False
        self._whole_lines = cut_whole_lines(self.rest, limits.max_row_chars)
        self.record_line = self.next_line = header.next_line

    def read_block(self) -> str:
        """Some whole lines, or "" at the end of the file."""
        if self._returned:
            text, self._returned = self._returned, ""
            return text
        try:
            text = next(self._whole_lines, "")
        except LongLineError as error:
            self._hold(error.text)
            raise csv.Error from None
        self._hold(text)
        if text:
            self._ends_inside_line = text[-1] not in "\r\n"
        return text

    @property
    def end_line(self) -> int:
        """The line after the last one that was given out."""
        return self.next_line + self._ends_inside_line

    def read_lines(self, text: str) -> Iterator[str]:
        """The lines of a block, and of the next as far as the last record goes on into it."""
        yield from io.StringIO(text, newline="")
        while self.record_line < self.next_line:
            start = self.next_line
            text = self.read_block()
            if not text:
                return
            lines = io.StringIO(text, newline="")
            for line, content in enumerate(lines, start=start):
                if self.record_line == line:  # between two rows: the faster parser can go on
                    self._returned = content + lines.read()
                    return
                yield content

    def read_record_again(self) -> str:
        """The text from the start of the present record on."""
        line, text = self._held[0][0], "".join(text for *_, text in self._held)
        return "".join(islice(io.StringIO(text, newline=""), self.record_line - line, None))

    def _hold(self, text: str) -> None:
        self._held = [block for block in self._held if block[1] > self.record_line]
        is_too_long = sum(len(old) for *_, old in self._held) > self._limits.max_row_chars
        # What the source has given out and is no whole line yet has no line end.
        end_line = self._source.next_line
        self._held.append((self.next_line, end_line, text))
        self.next_line = end_line
        if is_too_long:
            raise csv.Error
