"""How figures are written on pages and in mails."""

from datetime import UTC, datetime
from uuid import UUID

from django import template

register = template.Library()

KIBI = 1024


@register.filter
def percent(share: float | None) -> str:
    """93.1%; a dash where there is no figure."""
    return "–" if share is None else f"{share * 100:.1f}%"


@register.filter
def points(difference: float | None, digits: int = 1) -> str:
    """+2.7: hundredths with their sign; two digits where a tenth of a point is much."""
    return "–" if difference is None else f"{difference * 100:+.{digits}f}"


@register.filter
def seconds(duration: float | None) -> str:
    """0.6 s, 42 s, 1 min 14 s, 2 h 5 min."""
    if duration is None:
        return "–"
    if duration < 10:
        return f"{duration:.1f} s"
    whole = round(duration)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


@register.filter
def thousands(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


@register.filter
def utc_time(moment: datetime | None) -> str:
    """28 Dec 2023, 18:45:43 UTC"""
    if moment is None:
        return "–"
    return f"{moment.astimezone(UTC):%d %b %Y, %H:%M:%S} UTC".lstrip("0")


@register.filter
def file_size(n_bytes: int | None) -> str:
    if n_bytes is None:
        return "–"
    size = float(n_bytes)
    for unit in ("B", "kB", "MB"):
        if size < KIBI:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= KIBI
    return f"{size:.1f} GB"


@register.filter
def short_id(row_id: UUID) -> str:
    return row_id.hex[:7]
