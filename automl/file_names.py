"""What a file's name says about it, and how the name may be shown."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from automl.errors import InputError
from automl.shown_text import is_control

_FORMATS = {
    "csv": "csv",
    "tsv": "csv",
    "json": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "xlsx": "xlsx",
}
_ARCHIVES = frozenset({"zip", "gz", "tgz", "tar", "7z", "rar", "bz2", "xz", "zst", "lz4", "z"})
_MAX_NAME = 255
_MAX_EXTENSION = 12

_OWN_WORDS = {
    "xls": "Excel 97-2003 files (.xls) are not supported. Save the workbook as .xlsx.",
    "xlsm": "Workbooks with macros (.xlsm) are not supported. Save it as .xlsx.",
    "parquet": "Parquet files (.parquet) are not accepted. Export the table as .csv or .json.",
    "gz": "Files of type .gz are supported for tables only. Name it .csv.gz or .json.gz.",
}


@dataclass(frozen=True)
class FileType:
    """``file_format`` is csv, json, jsonl or xlsx ("" for a zip); ``packing`` is "", gz or zip."""

    file_format: str
    packing: str = ""


def check_file_name(name: str) -> str:
    """Clean an upload's name for showing.

    Returns
    -------
    str
        One line, NFC, no folders, no control characters, at most 255 characters.

    Raises
    ------
    InputError
        ``BAD_FILE_NAME``, or ``UNSUPPORTED_TYPE`` for a file that is not read here.
    """
    cleaned = clean_name(name)
    find_file_type(cleaned)
    return cleaned


def clean_name(name: str) -> str:
    if "\0" in name:
        raise InputError("BAD_FILE_NAME", "The file name is not valid.")
    last = re.split(r"[/\\]", name)[-1]
    printable = "".join(" " if is_control(char) else char for char in last)
    cleaned = unicodedata.normalize("NFC", " ".join(printable.split())).rstrip(". ")
    if not cleaned:
        raise InputError("BAD_FILE_NAME", "The file name is not valid.")
    return _shorten(cleaned)


def _shorten(name: str) -> str:
    if len(name) <= _MAX_NAME:
        return name
    ending = "".join(f".{part}" for part in _extensions(name))
    return name[: _MAX_NAME - 1 - len(ending)] + "…" + ending


def _extensions(name: str) -> list[str]:
    """The last extension, or the last two where the last is gz: ``["csv", "gz"]``."""
    stem, dot, last = name.rpartition(".")
    if not dot or not last or len(last) > _MAX_EXTENSION or " " in last:
        return []
    if last.lower() == "gz":
        return [*_extensions(stem)[-1:], last]
    return [last]


def find_file_type(name: str) -> FileType:
    """Read the type off a name; InputError ``UNSUPPORTED_TYPE`` where it is none of ours."""
    extensions = [part.lower() for part in _extensions(name)]
    if not extensions:
        raise InputError("UNSUPPORTED_TYPE", "The file has no extension. Use .csv, .json or .xlsx.")
    last = extensions[-1]
    if last == "zip":
        return FileType("", "zip")
    if last == "gz" and _FORMATS.get(extensions[0], "xlsx") != "xlsx":
        return FileType(_FORMATS[extensions[0]], "gz")
    if last in _FORMATS:
        return FileType(_FORMATS[last])
    raise InputError("UNSUPPORTED_TYPE", _OWN_WORDS.get(last) or _refuse_words(last))


def _refuse_words(extension: str) -> str:
    return f"Files of type .{extension} are not supported. Use .csv, .json, .xlsx, .zip or .csv.gz."


def is_table_name(name: str) -> bool:
    """Whether a zip member's name is one of a table that can be read."""
    extensions = _extensions(name.rpartition("/")[2])
    return bool(extensions) and extensions[-1].lower() in _FORMATS


def is_archive_name(name: str) -> bool:
    extensions = _extensions(name.rpartition("/")[2])
    return bool(extensions) and extensions[-1].lower() in _ARCHIVES
