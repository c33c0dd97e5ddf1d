"""How long training may take, by preset, where nobody said otherwise."""

from math import ceil

from studio.models import Cleanset

# For every 10,000 rows begun. Most often training is done long before; it is a limit, no estimate.
LIMIT_SECONDS = {"fast": 5 * 60, "regular": 20 * 60, "best": 60 * 60}
LIMIT_ROWS = 10_000
MAX_SECONDS = 8 * 3600


def default_limit_seconds(preset: str, n_rows: int) -> int:
    return min(LIMIT_SECONDS[preset] * max(ceil(n_rows / LIMIT_ROWS), 1), MAX_SECONDS)


def about_duration(seconds: float) -> str:
    """In words that do not pretend to know it better: "5 s", "40 s", "3 min", "1 h 20 min"."""
    if seconds < 55:
        return f"{max(5 * round(seconds / 5), 5)} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{max(minutes, 1)} min"
    hours, rest = divmod(round(minutes / 10) * 10, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def estimates_in_words(cleanset: Cleanset) -> dict[str, str]:
    """How long a deployment would take here, by preset; empty before there was an analysis."""
    known = cleanset.source.get("deployments", {})
    return {preset: about_duration(about["seconds"]) for preset, about in known.items()}
