"""Names from users, made safe for one line of a message."""

from __future__ import annotations

import unicodedata

# Left-to-right and right-to-left marks, embeddings, overrides and isolates turn a page around;
# zero-width spaces and inner byte-order marks make two different names look the same.
# Joiners (U+200C, U+200D) are absent: Persian and emoji need them.
_DECEPTIVE = frozenset(
    "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)


def is_control(char: str) -> bool:
    """Whether a character has no picture of its own and can change how others look."""
    if char in _DECEPTIVE:
        return True
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}


def has_control(text: str) -> bool:
    return not text.isprintable() and any(is_control(char) for char in text)


def show_name(name: str, max_chars: int = 60) -> str:
    """A name for a message: control characters as escapes, long ones cut."""
    if has_control(name):
        name = "".join(f"\\u{ord(char):04x}" if is_control(char) else char for char in name)
    return name if len(name) <= max_chars else name[: max_chars - 1] + "…"
