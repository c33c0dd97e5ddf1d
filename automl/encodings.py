"""Which text encodings there are, and how the first bytes of a file tell them."""

from __future__ import annotations

import codecs
from typing import Protocol

# What a person may choose by hand. Codecs that are no character sets (base64, unicode_escape,
# idna ...) must not be reachable by name.
ENCODINGS = (
    "utf-8 utf-16 utf-16-le utf-16-be utf-32 windows-1252 windows-1250 windows-1251 windows-1253 "
    "windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 iso-8859-1 iso-8859-2 "
    "iso-8859-5 iso-8859-7 iso-8859-9 iso-8859-15 koi8-r koi8-u mac-roman cp437 cp850 cp866 "
    "shift_jis cp932 euc-jp gb18030 gbk big5 euc-kr cp949 tis-620"
).split()

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)


class ByteSource(Protocol):
    """What the readers need of a file: bytes in order."""

    def read(self, size: int = -1, /) -> bytes: ...


def count_line_breaks(text: str) -> int:
    r"""Physical line ends: \n, \r\n and \r, as an editor counts them."""
    if "\r" not in text:
        return text.count("\n")
    return len(split_lines(text)) - (text[-1] not in "\r\n")


def split_lines(text: str) -> list[bytes]:
    r"""Without their \n, \r\n or \r. Looking for pairs of characters takes three times as long.

    Of bytes: text would be split at a dozen other characters too.
    """
    return text.encode().splitlines()


def find_mark(head: bytes) -> tuple[str, int]:
    """The encoding that a byte-order mark names, and the mark's length; ("", 0) without one."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    return "", 0


def looks_like_utf16(head: bytes) -> bool:
    """Whether every second byte is zero, as in UTF-16 of Latin text without a mark."""
    half = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    return max(even, odd) * 2 > half > 1 and min(even, odd) * 10 < half
