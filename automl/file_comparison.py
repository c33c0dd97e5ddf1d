"""Whether writing something again would give a file byte for byte, without writing it."""

from __future__ import annotations

import io
import mmap
from typing import Any


class Comparison(io.RawIOBase):
    """A file that keeps nothing: what is written to it is compared with what should be there."""

    def __init__(self, content: mmap.mmap) -> None:
        self._content, self._place = content, 0
        # By place: a header is written twice, and the last time counts.
        self._parts: dict[int, tuple[int, bool]] = {}

    @property
    def is_equal(self) -> bool:
        """Whether all of it was written, and nothing else."""
        end = max(place + size for place, (size, _) in self._parts.items())
        return end == len(self._content) and all(is_equal for _, is_equal in self._parts.values())

    def write(self, part: Any) -> int:
        size = len(part)
        is_equal = self._content[self._place : self._place + size] == bytes(part)
        self._parts[self._place] = size, is_equal
        self._place += size
        return size

    def tell(self) -> int:
        return self._place

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        assert whence == io.SEEK_SET
        self._place = place
        return place

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True
