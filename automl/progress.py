"""How long work tells what it is doing."""

from __future__ import annotations

from collections.abc import Callable

# step in words, how many parts are done, of how many
Progress = Callable[[str, int, int], None]


def ignore_progress(step: str, done: int, total: int) -> None:
    """For callers that do not show any."""
