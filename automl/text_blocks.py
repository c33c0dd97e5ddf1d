"""From bytes to text: which encoding, and on which line it breaks.

A byte-order mark decides. Without one the text is UTF-8, unless the first line beyond ASCII is
not: then it is read as Windows-1252, provided that every byte is defined there and that no line
is UTF-8 beyond ASCII. The text is never held as a whole, so the second half of that rule is
checked while reading on, and may refuse a file after its first rows were given out.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from automl.encodings import (
    ENCODINGS,
    ByteSource,
    count_line_breaks,
    find_mark,
    looks_like_utf16,
)
from automl.errors import InputError, TableWarning

BLOCK_BYTES = 1 << 19

_FALLBACK = "windows-1252"
_SAVE_AS_UTF8 = "Save the file as UTF-8 and upload it again."

# Bytes built like UTF-8 that UTF-8 forbids: surrogates, overlong forms, past U+10FFFF.
_FORBIDDEN_SEQUENCE = re.compile(
    rb"[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf7][\x80-\xbf]{3}"
)
_MAX_ZEROS_READ = 64 * 2**20


class TextBlocks:
    """The text of a byte stream in blocks of about a megabyte, decoded strictly.

    A block never ends in a carriage return that may belong to a line feed, so line breaks can be
    counted block by block.

    Parameters
    ----------
    source
        Where the bytes come from.
    encoding
        One of ``ENCODINGS`` chosen by a person, or None to find it.

    Attributes
    ----------
    next_line : int
        The line that the first character not given out yet stands on.

    Raises
    ------
    InputError
        While iterating: ``ENCODING`` or ``NUL_BYTE``, with the line.
    """

    def __init__(self, source: ByteSource, encoding: str | None = None) -> None:
        self._source = source
        self.next_line = 1
        self._held_back = ""
        self._seen_utf8 = False
        self._first_bad_line = 0
        self.warnings: list[TableWarning] = []
        self._first = source.read(BLOCK_BYTES)
        self._is_chosen = encoding is not None
        self.encoding = self._choose_encoding(encoding)

    def __iter__(self) -> Iterator[str]:
        for decoded in self._decode():
            text = self._held_back + decoded
            self._held_back = "\r" if text.endswith("\r") else ""
            if self._held_back:
                text = text[:-1]
            if text:
                self._check_no_nul(text)
                self.next_line += count_line_breaks(text)
                yield text
        if self._held_back:
            self.next_line += 1
            yield self._held_back

    def _choose_encoding(self, chosen: str | None) -> str:
        if chosen is not None:
            if chosen.lower() not in ENCODINGS:
                raise InputError("UNKNOWN_ENCODING", "That text encoding is not known here.")
            return chosen.lower()
        name, mark_bytes = find_mark(self._first)
        if name:
            if name == "gb18030":  # its mark is also four printable characters elsewhere
                self._warn_guessed("GB18030")
            self._first = self._first[mark_bytes:]
            self._is_chosen = name != "utf-8"
            self._seen_utf8 = name == "utf-8"  # its mark is UTF-8 beyond ASCII
            return name
        if looks_like_utf16(self._first[:4096]):
            raise InputError(
                "ENCODING",
                "The file is not UTF-8 text (it looks like UTF-16 without a byte-order mark). "
                "Save it as UTF-8 and upload it again.",
            )
        return "utf-8"

    def _warn_guessed(self, name: str) -> None:
        self.warnings.append(
            TableWarning(
                "ENCODING_GUESSED",
                f"The file is not UTF-8. It was read as {name}: check that accents look right.",
            )
        )

    def _read_blocks(self) -> Iterator[bytes]:
        block, self._first = self._first, b""
        while block:
            yield block
            block = self._source.read(BLOCK_BYTES)

    def _decode(self) -> Iterator[str]:
        if self.encoding == "utf-8" and not self._is_chosen:
            return self._decode_utf8_or_fall_back()
        return self._decode_as_told()

    def _decode_as_told(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.encoding)("strict")
        is_start = True
        blocks = self._read_blocks()
        block: bytes | None = next(blocks, b"")
        while block is not None:
            following = next(blocks, None)
            try:
                text = decoder.decode(block, final=following is None)
            except UnicodeDecodeError as error:
                raise self._told_error(error) from None
            yield text.removeprefix("\ufeff") if is_start else text
            is_start = False
            block = following

    def _told_error(self, error: UnicodeDecodeError) -> InputError:
        before = error.object[: error.start].decode(self.encoding, "replace")
        line = self._line_after(before)
        return InputError("ENCODING", f"Line {line} is not valid {self.encoding} text.", line=line)

    def _line_after(self, text: str) -> int:
        return self.next_line + count_line_breaks(self._held_back + text)

    def _decode_utf8_or_fall_back(self) -> Iterator[str]:
        carry = b""
        blocks = self._read_blocks()
        for block in blocks:
            data = carry + block
            try:
                text, used = codecs.utf_8_decode(data, "strict", False)
            except UnicodeDecodeError as error:
                self._check_may_fall_back(data, error)
                yield from self._decode_fallback(data, blocks)
                return
            carry = data[used:]
            self._seen_utf8 = self._seen_utf8 or not text.isascii()
            yield text
        if carry:
            yield from self._finish_cut_character(carry)

    def _finish_cut_character(self, carry: bytes) -> Iterator[str]:
        if self._seen_utf8:
            raise InputError(
                "ENCODING",
                "The file ends in the middle of a character; it seems to be cut off. "
                "Upload it again.",
                line=self.next_line,
            )
        self._first_bad_line = self.next_line
        yield from self._decode_fallback(carry, iter(()))

    def _check_may_fall_back(self, data: bytes, error: UnicodeDecodeError) -> None:
        before = data[: error.start]
        self._first_bad_line = self._line_after(before.decode("latin-1"))
        if not self._seen_utf8 and before.isascii():
            return
        if _FORBIDDEN_SEQUENCE.match(data, error.start):
            raise self._bad_line_error(f". {_SAVE_AS_UTF8}")
        raise self._bad_line_error(", though the lines before it are.")

    def _bad_line_error(self, ending: str) -> InputError:
        line = self._first_bad_line
        return InputError("ENCODING", f"Line {line} is not valid UTF-8 text{ending}", line=line)

    def _decode_fallback(self, data: bytes, blocks: Iterator[bytes]) -> Iterator[str]:
        self.encoding = _FALLBACK
        self._warn_guessed("Windows-1252")
        tail = b""
        block: bytes | None = data
        while block is not None:
            tail = self._check_lines_not_utf8(tail + block)
            try:
                yield block.decode(_FALLBACK)
            except UnicodeDecodeError:
                raise self._bad_line_error(f". {_SAVE_AS_UTF8}") from None
            block = next(blocks, None)
        self._check_lines_not_utf8(tail + b"\n")

    def _check_lines_not_utf8(self, data: bytes) -> bytes:
        """Check all whole lines; the unfinished one is returned for the next round."""
        *lines, tail = re.split(rb"[\r\n]", data)
        if len(tail) > BLOCK_BYTES:  # such a line is judged in pieces rather than held
            lines, tail = [*lines, tail], b""
        for line in lines:
            if not line.isascii() and _is_utf8(line):
                raise self._bad_line_error(", though other lines are.")
        return tail

    def _check_no_nul(self, text: str) -> None:
        position = text.find("\0")
        if position < 0:
            return
        if not text[position:].strip("\0") and self._rest_is_zeros():
            raise InputError(
                "NUL_BYTE", "The file ends in NUL characters; it seems to be damaged or cut off."
            )
        line = self.next_line + count_line_breaks(text[:position])
        raise InputError(
            "NUL_BYTE",
            f"Line {line} contains a NUL character. Remove it and upload the file again.",
            line=line,
        )

    def _rest_is_zeros(self) -> bool:
        for _ in range(_MAX_ZEROS_READ // BLOCK_BYTES):
            block = self._source.read(BLOCK_BYTES)
            if block.strip(b"\0"):
                return False
            if not block:
                break
        return True


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
