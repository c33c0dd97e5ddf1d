"""Cutting text blocks at line ends."""

from __future__ import annotations

from collections.abc import Iterator


class LongLineError(Exception):
    """A line is longer than may be held; ``text`` is as much of it as was read."""

    def __init__(self, text: str) -> None:
        super().__init__("line too long")
        self.text = text


def cut_whole_lines(blocks: Iterator[str], max_chars: int) -> Iterator[str]:
    """The same text in blocks that end where a line ends (the last one where the file does).

    Raises
    ------
    LongLineError
        For a line of more than ``max_chars``, give or take a block.
    """
    pieces: list[str] = []
    n_chars = 0
    for block in blocks:
        cut = max(block.rfind("\n"), block.rfind("\r")) + 1
        pieces.append(block[:cut] if cut else block)
        n_chars += len(block)
        if cut:
            yield "".join(pieces)
            pieces, n_chars = [block[cut:]], len(block) - cut
        elif n_chars > max_chars:
            raise LongLineError("".join(pieces))
    if any(pieces):
        yield "".join(pieces)
