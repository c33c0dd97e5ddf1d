"""Opening what an upload is packed in: nothing, gzip, or a zip of one table."""

from __future__ import annotations

import gzip
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

from automl.content_checks import GZIP_MARK, ZIP_MARKS, check_not_empty
from automl.encodings import ByteSource
from automl.errors import InputError
from automl.file_names import FileType, find_file_type, is_archive_name, is_table_name
from automl.limits import Limits
from automl.shown_text import show_name
from automl.zip_safety import READ_ERRORS, bomb_error, open_zip

_COPY_BYTES = 1 << 20


@dataclass(frozen=True)
class UnpackedFile:
    """A table file without its packing; ``open`` gives its bytes from the start, every time."""

    file_format: str
    open: Callable[[], ByteSource]
    is_seekable: bool
    is_packed: bool


def unpack(
    path: str | os.PathLike[str], file_type: FileType, limits: Limits, stack: ExitStack
) -> UnpackedFile:
    """Look into an upload.

    Parameters
    ----------
    stack
        Closes whatever was opened.

    Raises
    ------
    InputError
        For an unsafe or damaged archive, or one without exactly one table.
    """
    if file_type.packing == "gz":
        return _unpack_gzip(path, file_type.file_format, limits, stack)
    if file_type.packing == "zip":
        return _unpack_zip(path, limits, stack)
    return UnpackedFile(
        file_type.file_format, lambda: _open_plain(path, stack), is_seekable=True, is_packed=False
    )


def open_seekable(unpacked: UnpackedFile, stack: ExitStack) -> BinaryIO:
    """The file with random access; what comes out of an archive is copied to a temporary file."""
    source = unpacked.open()
    if unpacked.is_seekable:
        return cast(BinaryIO, source)
    spool = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack is
    while block := source.read(_COPY_BYTES):
        spool.write(block)
    spool.seek(0)
    return cast(BinaryIO, spool)


def _open_plain(path: str | os.PathLike[str], stack: ExitStack) -> BinaryIO:
    return stack.enter_context(Path(path).open("rb"))


class _GzipSource:
    """Unpacks gzip (all members of it), counting what comes out against what went in."""

    def __init__(self, packed: BinaryIO, limits: Limits) -> None:
        self._packed = packed
        self._limits = limits
        self._plain = gzip.GzipFile(fileobj=packed, mode="rb")
        self._n_bytes = 0

    def read(self, size: int = -1, /) -> bytes:
        try:
            block = self._plain.read(size)
        except EOFError:
            raise InputError(
                "CORRUPT_FILE", "The compressed file is damaged or its upload did not finish."
            ) from None
        except (gzip.BadGzipFile, zlib.error):
            raise InputError("CORRUPT_FILE", "The compressed file is damaged.") from None
        self._n_bytes += len(block)
        if self._limits.is_bomb(self._n_bytes, self._packed.tell()):
            raise bomb_error()
        return block


def _unpack_gzip(
    path: str | os.PathLike[str], file_format: str, limits: Limits, stack: ExitStack
) -> UnpackedFile:
    head = _open_plain(path, stack).read(len(GZIP_MARK))
    check_not_empty(head)
    if head != GZIP_MARK:
        raise InputError("WRONG_TYPE", "This is not a gzip file. Leave .gz off its name.")
    _check_gzip(path, limits)
    return UnpackedFile(
        file_format,
        lambda: _GzipSource(_open_plain(path, stack), limits),
        is_seekable=False,
        is_packed=True,
    )


def _check_gzip(path: str | os.PathLike[str], limits: Limits) -> None:
    """Unpack everything once, so that a bomb or damage is found before any row is given out."""
    with Path(path).open("rb") as packed:
        source = _GzipSource(packed, limits)
        while source.read(_COPY_BYTES):
            pass


class _ZipSource:
    """The bytes of one zip member; its stated size and checksum are held against what comes."""

    def __init__(self, member: IO[bytes]) -> None:
        self._member = member

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._member.read(size)
        except READ_ERRORS:
            raise InputError("CORRUPT_FILE", "The zip file is damaged.") from None


def _unpack_zip(path: str | os.PathLike[str], limits: Limits, stack: ExitStack) -> UnpackedFile:
    file = _open_plain(path, stack)
    head = file.read(len(ZIP_MARKS[0]))
    check_not_empty(head)
    if not head.startswith(ZIP_MARKS):
        raise InputError("WRONG_TYPE", "This is not a zip file. Upload the table itself.")
    archive = stack.enter_context(open_zip(file, "zip file", limits))
    member = _choose_table(archive)

    def open_member() -> ByteSource:
        try:
            return _ZipSource(stack.enter_context(archive.open(member)))
        except READ_ERRORS:
            raise InputError("CORRUPT_FILE", "The zip file is damaged.") from None

    file_format = find_file_type(PurePosixPath(member.filename).name).file_format
    return UnpackedFile(file_format, open_member, is_seekable=False, is_packed=True)


def _choose_table(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [member for member in archive.infolist() if not _is_left_over(member)]
    names = [member.filename for member in members]
    for name in names:
        if names.count(name) > 1:
            raise InputError("AMBIGUOUS_ARCHIVE", f"The zip file holds '{show_name(name)}' twice.")
        if is_archive_name(name):
            raise InputError(
                "UNSUPPORTED_TYPE",
                f"The zip file holds another archive ({show_name(name)}). Upload the table itself.",
            )
    tables = [member for member in members if is_table_name(member.filename)]
    if not tables:
        raise InputError("UNSUPPORTED_TYPE", "The zip file holds no CSV, JSON or Excel file.")
    if len(tables) > 1:
        raise _many_tables_error([member.filename for member in tables])
    return tables[0]


def _many_tables_error(names: list[str]) -> InputError:
    shown = ", ".join(show_name(name, 30) for name in names[:3]) + (", …" if names[3:] else "")
    return InputError(
        "AMBIGUOUS_ARCHIVE",
        f"The zip file holds {len(names)} tables ({shown}). Put one in each upload.",
    )


def _is_left_over(member: zipfile.ZipInfo) -> bool:
    """Folders, and what desktops put into every archive."""
    path = PurePosixPath(member.filename)
    if member.is_dir() or "__MACOSX" in path.parts or path.name.startswith("._"):
        return True
    return path.name in {".DS_Store", "Thumbs.db", "desktop.ini"}
