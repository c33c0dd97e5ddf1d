"""Taking JSON apart item by item, strictly.

Objects come as tuples of pairs (so that a key given twice is seen), lists as lists, numbers as the
text they were written with, so that no digit is lost and nothing overflows.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from automl.errors import InputError
from automl.limits import Limits
from automl.text_lines import LongLineError, cut_whole_lines

_MAX_NUMBER_CHARS = 1000
_SPACE = re.compile(r"[ \t\n\r]*")

LIST_EXPECTED = "Expected a list of objects, one for each row."


@dataclass(frozen=True)
class Item:
    """One row: ``place`` is what to call it, ``n_chars`` how much text it took."""

    place: str
    line: int | None
    value: Any
    n_chars: int


def _keep_number(text: str) -> str:
    if len(text) > _MAX_NUMBER_CHARS:
        raise InputError(
            "INVALID_JSON",
            f"A number has more than {_MAX_NUMBER_CHARS:,} digits; quote it as text.",
        )
    return text


def _refuse_constant(_: str) -> None:
    raise InputError("INVALID_JSON", "NaN and Infinity are not valid JSON; use null.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=tuple,
    parse_int=_keep_number,
    parse_float=_keep_number,
    parse_constant=_refuse_constant,
)


def decode_document(text: str) -> Any:
    """Decode a whole document; InputError ``INVALID_JSON``, or ``WRONG_SHAPE`` if too deep."""
    value, end = _decode_at(text, _skip_space(text, 0))
    if _skip_space(text, end) < len(text):
        raise _invalid_error(text, _skip_space(text, end))
    return value


def iterate_list(text: str) -> Iterator[Item]:
    """The items of a JSON list, of which ``text`` is the whole document."""
    position = _skip_space(text, _skip_space(text, 0) + 1)
    number = 0
    is_end = text.startswith("]", position)
    while not is_end:
        number += 1
        value, end = _decode_at(text, position)
        yield Item(f"Item {number}", None, value, end - position)
        position = _skip_space(text, end)
        is_end = text.startswith("]", position)
        if not is_end:
            if not text.startswith(",", position):
                raise _invalid_error(text, position)
            position = _skip_space(text, position + 1)
    rest = _skip_space(text, position + 1)
    if rest < len(text):
        raise _invalid_error(text, rest)


def iterate_lines(blocks: Iterator[str], limits: Limits) -> Iterator[Item]:
    """The items of JSON Lines; blank lines are skipped."""
    number = 0
    try:
        for block in cut_whole_lines(blocks, limits.max_row_chars):
            for line in io.StringIO(block, newline=""):
                number += 1
                text = line.strip("\ufeff \t\r\n") if number == 1 else line.strip(" \t\r\n")
                if text:
                    yield Item(f"Line {number}", number, _decode_line(text, number), len(text))
    except LongLineError:
        raise InputError(
            "FIELD_TOO_LARGE",
            f"Line {number + 1} is longer than {limits.max_row_chars:,} characters.",
            line=number + 1,
        ) from None


def _decode_line(text: str, number: int) -> Any:
    try:
        value, end = _DECODER.raw_decode(text)
    except json.JSONDecodeError as error:
        end = error.pos
        if _is_cut_off(text, error):
            raise InputError(
                "INVALID_JSON", f"Line {number} is not complete JSON.", line=number
            ) from None
        raise _invalid_at(number, end + 1) from None
    except RecursionError:
        raise _too_deep_error() from None
    if end < len(text):
        raise _invalid_at(number, end + 1)
    return value


def _skip_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _decode_at(text: str, position: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, position)
    except json.JSONDecodeError as error:
        if _is_cut_off(text, error):
            line, column = _find_place(text, len(text))
            raise InputError(
                "INVALID_JSON",
                f"This is not complete JSON (it ends at line {line}, column {column}).",
            ) from None
        raise _invalid_error(text, error.pos) from None
    except RecursionError:
        raise _too_deep_error() from None


def _is_cut_off(text: str, error: json.JSONDecodeError) -> bool:
    if error.msg.startswith("Unterminated string"):
        return True
    return error.pos >= len(text.rstrip()) or text[error.pos :] in {"t", "tr", "tru", "n", "nu"}


def _find_place(text: str, position: int) -> tuple[int, int]:
    line = text.count("\n", 0, position) + 1
    return line, position - text.rfind("\n", 0, position)


def _invalid_error(text: str, position: int) -> InputError:
    if position >= len(text):
        line, column = _find_place(text, len(text))
        return InputError(
            "INVALID_JSON",
            f"This is not complete JSON (it ends at line {line}, column {column}).",
        )
    return _invalid_at(*_find_place(text, position))


def _invalid_at(line: int, column: int) -> InputError:
    return InputError(
        "INVALID_JSON",
        f"Not valid JSON at line {line}, column {column}.",
    )


def _too_deep_error() -> InputError:
    return InputError("WRONG_SHAPE", "The JSON is nested too deeply.")
