"""How large an uploaded table may be, and what is read of its texts."""

from __future__ import annotations

from dataclasses import dataclass

# Of a text; a model learns nothing from the tail of a longer one.
MAX_TEXT_CHARS = 10_000


@dataclass(frozen=True)
class Limits:
    """The sizes beyond which a file is refused.

    ``max_expanded_bytes``, ``max_ratio`` and ``ratio_floor_bytes`` bind only what is compressed
    (gzip, zip, xlsx): below the floor no ratio is looked at, above it the expanded size may be at
    most ``max_ratio`` times the compressed one.
    """

    max_columns: int = 1000
    max_field_chars: int = 1_000_000
    max_column_name: int = 255
    max_expanded_bytes: int = 200 * 2**20
    max_ratio: int = 100
    ratio_floor_bytes: int = 10 * 2**20
    max_zip_members: int = 1000

    @property
    def max_row_chars(self) -> int:
        """The longest row held in memory, quoted line breaks included."""
        return 16 * self.max_field_chars

    def is_bomb(self, expanded_bytes: int, compressed_bytes: int) -> bool:
        """Whether so many bytes out of so few are refused."""
        if expanded_bytes > self.max_expanded_bytes:
            return True
        is_above_floor = expanded_bytes > self.ratio_floor_bytes
        return is_above_floor and expanded_bytes > self.max_ratio * compressed_bytes
