"""The one text form of what a workbook's cells hold.

Whole numbers stand without a point, others in their shortest exact form, dates in ISO 8601,
booleans as ``true`` and ``false``.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_BUILTIN_DATES = {
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 36, *range(50, 55), 57, 58), "date"),
    **dict.fromkeys((18, 19, 20, 21, *range(32, 36), 45, 47, 55, 56), "time"),
    22: "datetime",
    46: "elapsed",
}
_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FIRST_SERIAL_AFTER_LEAP_BUG = 60
_SECONDS_A_DAY = 86_400
_LARGEST_EXACT = 1e15


def find_date_kind(format_id: int, format_code: str | None) -> str:
    """What a number format shows: "date", "time", "datetime", "elapsed", or "" for a number."""
    if format_code is None:
        return _BUILTIN_DATES.get(format_id, "")
    code = _NOT_CODE.sub("", format_code).partition(";")[0].lower()
    if _ELAPSED.search(code):
        return "elapsed"
    if "general" in code:
        return ""
    has_time = "h" in code or "s" in code
    has_date = "y" in code or "d" in code or ("m" in code and not has_time)
    return ("date" if has_date else "") + ("time" if has_time else "")


def format_number(raw: str) -> str:
    """A stored number as text: ``3``, not ``3.0``; ``0.3``, not ``0.29999999999999999``."""
    if raw.isdigit():
        return raw
    try:
        value = float(raw)
    except ValueError:
        return raw
    if value.is_integer() and abs(value) < _LARGEST_EXACT:
        return str(int(value))
    return repr(value)


def format_date(raw: str, kind: str, *, is_1904: bool) -> str:
    """A stored day number as text; one that is no date stays a number."""
    try:
        serial = float(raw)
        seconds = round(serial * _SECONDS_A_DAY)
        if kind == "elapsed" or (kind == "time" and 0 <= serial < 1):
            return _format_seconds(seconds)
        moment = _find_epoch(serial, is_1904=is_1904) + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return format_number(raw)
    return moment.strftime("%Y-%m-%d" if kind == "date" else "%Y-%m-%d %H:%M:%S")


def _find_epoch(serial: float, *, is_1904: bool) -> datetime:
    if is_1904:
        return datetime(1904, 1, 1)  # noqa: DTZ001 - workbooks know no time zones
    # Excel believes in a 29 February 1900, so day numbers before it count from one day later.
    is_before = 0 < serial < _FIRST_SERIAL_AFTER_LEAP_BUG
    return datetime(1899, 12, 31 if is_before else 30)  # noqa: DTZ001


def _format_seconds(seconds: int) -> str:
    sign = "-" if seconds < 0 else ""
    minutes, second = divmod(abs(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{sign}{hour:02d}:{minute:02d}:{second:02d}"


def unescape(text: str) -> str:
    """Undo Excel's ``_x000D_`` way of storing control characters."""
    return _ESCAPED.sub(_unescape_one, text) if "_x" in text else text


def _unescape_one(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    is_storable = code and not 0xD800 <= code <= 0xDFFF
    return chr(code) if is_storable else match[0]
