"""Names from users in Markdown: shown as they are, whatever they look like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from automl.shown_text import show_name

MAX_CHARS = 120
# What begins a tag or an entity is written as one; what Markdown (CommonMark, or GitHub's with its
# tables, addresses, mentions and formulas) may take for a mark gets a backslash.
_WRITTEN = {char: f"\\{char}" for char in "\\`*_{}[]#!|~$^:@/."}
_WRITTEN |= {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def escape(text: str, max_chars: int = MAX_CHARS) -> str:
    """A text of any content as one line of plain words."""
    shown = show_name(" ".join(text.split(" ")).strip(), max_chars) or "(empty)"
    return "".join(_WRITTEN.get(char, char) for char in shown)


def quote_yaml(text: str) -> str:
    """In double quotes, on one line; what has no picture of its own as its number."""
    plain = (c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{"".join(plain)}"'


def write_table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> list[str]:
    """Cells are Markdown already; a blank line follows."""
    return [
        _write_cells(head),
        _write_cells(["---"] * len(head)),
        *(_write_cells(line) for line in lines),
        "",
    ]


def _write_cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
