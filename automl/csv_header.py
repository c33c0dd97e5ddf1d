"""Finding the header of a CSV file, and with it the delimiter."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from automl.csv_errors import broken_record_error
from automl.encodings import count_line_breaks
from automl.errors import InputError
from automl.limits import Limits

DELIMITERS = (",", ";", "\t", "|")
MAX_HEADER_CHARS = 1 << 20

_SEP_LINE = re.compile(r'"?sep=([^\w\s"]|\t)"?\s*', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')


@dataclass(frozen=True)
class Header:
    """The header record as it stands in the file.

    ``line`` is its first line, ``next_line`` the first line after it, ``rest`` what was read past
    it.
    """

    cells: list[str]
    delimiter: str
    is_delimiter_guessed: bool
    line: int
    next_line: int
    rest: str


def read_header(blocks: Iterator[str], delimiter: str | None, limits: Limits) -> Header:
    """Read from ``blocks`` until the header is complete.

    Blank lines before it are skipped, and so is Excel's ``sep=;`` line, which is obeyed unless
    ``delimiter`` is given.

    Raises
    ------
    InputError
        ``EMPTY_FILE``, ``TOO_MANY_COLUMNS``, ``RAGGED_ROWS`` or ``UNCLOSED_QUOTE``.
    """
    head, line = _read_head(blocks, 1)
    declared = _SEP_LINE.fullmatch(_first_line(head))
    if declared:
        head, line = _read_head(blocks, line + 1, head[len(_first_line(head)) :])
    chosen = delimiter or (declared[1] if declared else None)
    used = chosen or _guess_delimiter(head)
    cells, length = _parse_record(head, used, line, limits, blocks)
    return Header(
        cells=cells,
        delimiter=used,
        is_delimiter_guessed=chosen is None and used != ",",
        line=line,
        next_line=line + count_line_breaks(head[:length]),
        rest=head[length:],
    )


def _first_line(text: str) -> str:
    return io.StringIO(text, newline="").readline()


def _read_head(blocks: Iterator[str], line: int, head: str = "") -> tuple[str, int]:
    """Text from the first line that is not blank, long enough for any header; and its number."""
    while len(head) < MAX_HEADER_CHARS and not _has_whole_header(head):
        block = next(blocks, None)
        if block is None:
            break
        head, skipped = _skip_blank_lines(head + block)
        line += skipped
    head, skipped = _skip_blank_lines(head)
    if not head:
        raise InputError("EMPTY_FILE", "The file is empty.")
    return head, line + skipped


def _has_whole_header(head: str) -> bool:
    line = _first_line(head)
    return line.endswith(("\n", "\r")) and line.count('"') % 2 == 0


def _skip_blank_lines(text: str) -> tuple[str, int]:
    stripped = text.lstrip("\ufeff \t\r\n\v\f\x1a")
    blank = text[: len(text) - len(stripped)]
    if not stripped:
        return "", count_line_breaks(text)
    start = max(blank.rfind("\n"), blank.rfind("\r")) + 1
    return text[start:], count_line_breaks(blank[:start])


def _guess_delimiter(head: str) -> str:
    """The candidate that the header has, and the line after it as often; then the most frequent.

    Quoted text is not looked at. Level candidates go by the usual order, the comma first.
    """
    lines = io.StringIO(head, newline="")
    header, following = lines.readline(), lines.readline()
    while header.count('"') % 2 and following and len(header) < MAX_HEADER_CHARS // 16:
        header, following = header + following, lines.readline()
    header, following = _QUOTED.sub("", header), _QUOTED.sub("", following)

    def rank(candidate: str) -> tuple[bool, int]:
        count = header.count(candidate)
        return 0 < count == following.count(candidate), count

    return max(DELIMITERS, key=rank)


def _parse_record(
    head: str, delimiter: str, line: int, limits: Limits, blocks: Iterator[str]
) -> tuple[list[str], int]:
    """The cells of the first record of ``head``, and its length in characters."""
    lines = list(io.StringIO(head[:MAX_HEADER_CHARS], newline=""))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        raise broken_record_error(
            head, line=line, delimiter=delimiter, names=(), limits=limits, rest=blocks
        ) from None
    length = sum(map(len, lines[: reader.line_num]))
    if length >= MAX_HEADER_CHARS and len(cells) > limits.max_columns:
        raise InputError("TOO_MANY_COLUMNS", f"The file has over {limits.max_columns:,} columns.")
    return cells, length
