"""Files that are hostile by their size, as small as they still are: each writes itself into a file.

`LARGE` has for each name what writes it, and how it is refused.
"""

import zipfile
import zlib

MB = 2**20


def _columns_100_thousand(file):
    file.write((",".join(f"c{i}" for i in range(100_000)) + "\n").encode())
    file.write((",".join("1" for _ in range(100_000)) + "\n").encode() * 3)


def _columns_5_million(file):
    file.write(b"c," * 4_999_999 + b"c\n")
    file.write(b"1," * 4_999_999 + b"1\n")


def _huge_field(file):
    file.write(b'Review_text,label\n"' + b"word " * MB + b'",pos\n')


def _unclosed_quote(file):
    file.write(b'Review_text,label\n"' + b"some words here,pos\n" * (4 * MB // 20))


def _gzip_bomb(file):
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    file.write(compressor.compress(b"Review_text,label\n"))
    for _ in range(64):
        file.write(compressor.compress(b"a,b\n" * (MB // 4)))
    file.write(compressor.flush())


def _zip_bomb(file):
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("data.csv", "w", force_zip64=True) as member,
    ):
        member.write(b"Review_text,label\n")
        for _ in range(64):
            member.write(b"a,b\n" * (MB // 4))


BOMB = "The file expands to far more than its size and was not opened."
LARGE = {
    "cols_100k.csv": (
        _columns_100_thousand,
        "The file has 100,000 columns; the limit is 1,000.",
    ),
    "cols_5m.csv": (_columns_5_million, "The file has over 1,000 columns."),
    "huge_field.csv": (
        _huge_field,
        "Line 2, column 'Review_text' is longer than 1,000,000 characters.",
    ),
    "unclosed_quote.csv": (_unclosed_quote, "A quotation mark opened on line 2 is never closed."),
    "bomb.csv.gz": (_gzip_bomb, BOMB),
    "bomb.zip": (_zip_bomb, BOMB),
}
