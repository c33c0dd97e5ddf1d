"""Whether a file is what its name says, judged by its first bytes."""

from __future__ import annotations

import re

from automl.encodings import find_mark
from automl.errors import InputError

HEAD_BYTES = 64 * 1024

_WORDS = {"csv": "a CSV", "json": "a JSON", "jsonl": "a JSON", "xlsx": "an Excel"}

ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GZIP_MARK = b"\x1f\x8b"
_BINARY_MARKS = (
    b"\x89PNG",
    b"\xff\xd8\xff",  # JPEG
    b"GIF87a",
    b"GIF89a",
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",  # Java class, fat Mach-O
    b"\xcf\xfa\xed\xfe",
    b"\x00asm",
    b"PAR1",
    b"ARROW1",
    b"FEA1",
    b"Obj\x01",  # Avro
    b"ORC\x0a\x0b",
    b"\x89HDF",
    b"\x93NUMPY",
    b"SQLite format 3\0",
    b"BZh",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",  # Zstandard
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
)
_PICKLE = re.compile(rb"\x80[\x02-\x05]")
_MARKUP = re.compile(rb"\s*<(!doctype\b|html\b|head\b|body\b|\?xml\b|error>)", re.IGNORECASE)
_JSON_START = re.compile(rb"\s*(\[\s*\{|\{\s*\"|\[\s*\]\s*$|\{\s*\}\s*$)")

# Control characters that text files hold: tab, line ends, VT, FF, escape, and DOS's end of file.
# NUL is left to the reader, which names its line.
_MIN_CONTROLS = 64
_RARE_CONTROLS = bytes(set(range(1, 32)) - set(b"\t\n\r\x0b\x0c\x1b\x1a"))


def check_not_empty(head: bytes) -> None:
    if not head:
        raise InputError("EMPTY_FILE", "The file is empty.")


def check_text_content(head: bytes, file_format: str) -> None:
    """Refuse what is no CSV or JSON though its name says so.

    Parameters
    ----------
    head
        The first bytes of the file, unpacked.
    file_format
        ``csv``, ``json`` or ``jsonl``.

    Raises
    ------
    InputError
        ``EMPTY_FILE``, ``WRONG_TYPE``, ``NOT_TEXT`` or ``LOOKS_LIKE_HTML``.
    """
    check_not_empty(head)
    _check_no_container(head)
    if head.startswith(b"%PDF-"):
        raise InputError("NOT_TEXT", f"This is a PDF document, not {_WORDS[file_format]} file.")
    if _is_binary(head):
        raise InputError("NOT_TEXT", "This is not a text file.")
    body = head.removeprefix(b"\xef\xbb\xbf")
    markup = _MARKUP.match(body)
    if markup:
        raise _markup_error(markup[1], file_format)
    if file_format == "csv" and _JSON_START.match(body):
        raise InputError("WRONG_TYPE", "This looks like JSON. Give it the extension .json.")


def _markup_error(tag: bytes, file_format: str) -> InputError:
    is_page = tag[:1] not in b"?eE"
    thing = "a web page" if is_page else "an XML document"
    return InputError(
        "LOOKS_LIKE_HTML",
        f"This is {thing}, not {_WORDS[file_format]} file. "
        "The link it came from may need signing in.",
    )


def check_xlsx_content(head: bytes) -> None:
    """Refuse what is no zip container though its name ends in .xlsx."""
    check_not_empty(head)
    if head.startswith(ZIP_MARKS):
        return
    if head.startswith(_OLE_MARK):
        raise _ole_error(head)
    if head.startswith(GZIP_MARK):
        raise InputError("WRONG_TYPE", "This is a gzip file, not an Excel workbook.")
    check_text_content(head, "xlsx")
    if _JSON_START.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise InputError("WRONG_TYPE", "This looks like JSON. Give it the extension .json.")
    if re.search(rb"[,;\t|]", head.partition(b"\n")[0]):
        raise InputError("WRONG_TYPE", "This looks like CSV. Give it the extension .csv.")
    raise InputError("CORRUPT_FILE", "This is not an Excel workbook.")


def _check_no_container(head: bytes) -> None:
    if head.startswith(ZIP_MARKS):
        is_workbook = b"[Content_Types].xml" in head or b"xl/" in head
        raise InputError("WRONG_TYPE", _WORKBOOK_INSIDE if is_workbook else _ZIP_INSIDE)
    if head.startswith(GZIP_MARK):
        raise InputError("WRONG_TYPE", "This is a gzip file. Give it the extension .csv.gz.")
    if head.startswith(_OLE_MARK):
        raise _ole_error(head)


_WORKBOOK_INSIDE = (
    "This looks like an Excel workbook. Give it the extension .xlsx, or export it as CSV."
)
_ZIP_INSIDE = "This is a zip file. Give it the extension .zip."


def _ole_error(head: bytes) -> InputError:
    if "EncryptedPackage".encode("utf-16-le") in head:
        return InputError(
            "ENCRYPTED",
            "The workbook is protected by a password. Save it without one and upload it again.",
        )
    return InputError(
        "WRONG_TYPE",
        "This is an Excel 97-2003 or a password-protected workbook. Save it as .xlsx without a "
        "password.",
    )


def _is_binary(head: bytes) -> bool:
    if find_mark(head)[0]:
        return False
    if head.startswith(_BINARY_MARKS) or _PICKLE.match(head):
        return True
    if head.startswith(b"MZ") and b"\0" in head[:64]:  # a Windows program; text may start so too
        return True
    rare = len(head) - len(head.translate(None, _RARE_CONTROLS))
    return rare > _MIN_CONTROLS and rare * 10 > len(head)
