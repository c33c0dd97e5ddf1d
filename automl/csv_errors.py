"""Saying what is wrong with a CSV record, and where.

The record has already failed in the fast reader; this walks through it once more, field by field,
to find the place and the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from automl.encodings import count_line_breaks
from automl.errors import InputError
from automl.limits import Limits
from automl.shown_text import show_name

_DELIMITER_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_FAR_AHEAD = 1024  # blocks of text


@dataclass(frozen=True)
class _Fault:
    kind: str  # "too_large", "unclosed", "stray_text" or "" where nothing is wrong
    position: int = 0  # 0-based field
    start: int = 0  # offset of the field


def broken_record_error(
    record: str,
    *,
    line: int,
    delimiter: str,
    names: Sequence[str],
    limits: Limits,
    rest: Iterator[str],
) -> InputError:
    """The error for a record that the reader gave up on.

    Parameters
    ----------
    record
        The text from the record's start to where the reader stopped.
    line
        The record's first line.
    names
        The column names as far as they are known.
    rest
        The text after ``record``; searched for the end of an open quotation mark.
    """
    fault = _find_fault(record, delimiter, limits.max_field_chars)
    field_line = line + count_line_breaks(record[: fault.start])
    if fault.kind == "unclosed":
        is_longer = len(record) - fault.start > limits.max_field_chars
        if not (is_longer and _has_closing_quote(rest)):
            return InputError(
                "UNCLOSED_QUOTE",
                f"A quotation mark opened on line {field_line} is never closed.",
                line=field_line,
            )
    if fault.kind in {"too_large", "unclosed"}:
        return field_too_large_error(field_line, fault.position, names, limits)
    if fault.kind == "stray_text":
        return InputError(
            "RAGGED_ROWS",
            f"Line {field_line} does not read as CSV. "
            'Write a quotation mark inside quoted text as two ("").',
            line=field_line,
            column=fault.position + 1,
        )
    return InputError(
        "FIELD_TOO_LARGE",
        f"Line {line} is longer than {limits.max_row_chars:,} characters.",
        line=line,
    )


def field_too_large_error(
    line: int, position: int, names: Sequence[str], limits: Limits
) -> InputError:
    name = f"'{show_name(names[position])}'" if position < len(names) else str(position + 1)
    return InputError(
        "FIELD_TOO_LARGE",
        f"Line {line}, column {name} is longer than {limits.max_field_chars:,} characters.",
        line=line,
        column=position + 1,
    )


def ragged_row_error(
    row: Sequence[str], *, line: int, width: int, header_line: int, delimiter: str
) -> InputError:
    """The error for a row with more cells than the header, and the likely remedy."""
    header = "header"
    advice = ""
    if any(cell.startswith(" ") for cell in row[1:]):
        word = _DELIMITER_WORDS.get(delimiter, f"'{delimiter}'")
        advice = f" Put quotation marks around text that contains {word}."
    elif width == 1:
        header = f"header (line {header_line})"
        advice = " Remove any lines above the header."
    return InputError(
        "RAGGED_ROWS",
        f"Line {line} has {len(row)} fields but the {header} has {width}.{advice}",
        line=line,
    )


def _find_fault(record: str, delimiter: str, max_chars: int) -> _Fault:
    start = position = 0
    stop_field = re.compile(rf"[{re.escape(delimiter)}\r\n]")
    while start < len(record):
        if record[start] == '"':
            end = _end_of_quoted(record, start)
            if end < 0:
                return _Fault("unclosed", position, start)
            if end < len(record) and record[end] not in f"{delimiter}\r\n":
                return _Fault("stray_text", position, start)
        else:
            found = stop_field.search(record, start)
            end = found.start() if found else len(record)
        if _n_chars(record[start:end]) > max_chars:
            return _Fault("too_large", position, start)
        if end >= len(record) or record[end] != delimiter:
            break
        start, position = end + 1, position + 1
    return _Fault("")


def _end_of_quoted(record: str, start: int) -> int:
    """The offset after the closing quotation mark, or -1."""
    end = record.find('"', start + 1)
    while 0 <= end < len(record) - 1 and record[end + 1] == '"':
        end = record.find('"', end + 2)
    return end + 1 if end >= 0 else -1


def _n_chars(field: str) -> int:
    return len(field[1:-1].replace('""', '"')) if field.startswith('"') else len(field)


def _has_closing_quote(rest: Iterator[str]) -> bool:
    odd = ""
    for _, block in zip(range(_FAR_AHEAD), rest, strict=False):
        text = odd + block
        odd = ""
        if '"' in text and '"' in (single := text.replace('""', "")):
            if single.index('"') < len(single) - 1:
                return True
            odd = '"'  # perhaps the first half of a pair
    return bool(odd)
