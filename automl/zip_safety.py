"""Opening a zip container from a stranger: looked at closely before anything is unpacked."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import BinaryIO

from automl.errors import InputError
from automl.limits import Limits

READ_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error)

_MAX_DIRECTORY_BYTES = 4 * 2**20
_END_RECORD_SPAN = 65_557  # 22 bytes and the longest comment
_LOCAL_HEADER = struct.Struct("<4s22xHH")


def open_zip(file: BinaryIO, thing: str, limits: Limits) -> zipfile.ZipFile:
    """Open a zip file whose members may be read without harm.

    Parameters
    ----------
    file
        Seekable, at its start.
    thing
        What people call it: "zip file" or "workbook".

    Raises
    ------
    InputError
        ``CORRUPT_FILE``, ``UNSAFE_ARCHIVE``, ``ENCRYPTED``, ``UNSUPPORTED_TYPE`` or
        ``EXPANDS_TOO_MUCH``.
    """
    try:
        _check_directory_size(file, thing)
        archive = zipfile.ZipFile(file)
        _check_no_overlap(file, archive, thing)
    except (*READ_ERRORS, ValueError, UnicodeDecodeError) as error:
        raise InputError(
            "CORRUPT_FILE", f"The {thing} is damaged or its upload did not finish."
        ) from error
    members = archive.infolist()
    if len(members) > limits.max_zip_members:
        raise InputError(
            "UNSAFE_ARCHIVE",
            f"The {thing} holds {len(members):,} files; the limit is {limits.max_zip_members:,}.",
        )
    for member in members:
        _check_member(member, thing)
    expanded = sum(member.file_size for member in members)
    if limits.is_bomb(expanded, sum(member.compress_size for member in members)):
        raise bomb_error()
    return archive


def bomb_error() -> InputError:
    return InputError(
        "EXPANDS_TOO_MUCH", "The file expands to far more than its size and was not opened."
    )


def _unsafe_error(thing: str) -> InputError:
    return InputError("UNSAFE_ARCHIVE", f"The {thing} is damaged or unsafe and was not opened.")


def _check_directory_size(file: BinaryIO, thing: str) -> None:
    """Refuse a huge table of contents before the zipfile module makes an object of each entry."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_RECORD_SPAN))
    tail = file.read(_END_RECORD_SPAN)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) - end < 22:
        raise zipfile.BadZipFile
    directory_bytes = struct.unpack_from("<L", tail, end + 12)[0]
    if directory_bytes == 0xFFFFFFFF:  # the zip64 record in front of its locator has the size
        directory_bytes = _read_zip64_directory_size(file, tail[max(0, end - 20) : end])
    if directory_bytes > _MAX_DIRECTORY_BYTES:
        raise _unsafe_error(thing)


def _read_zip64_directory_size(file: BinaryIO, locator: bytes) -> int:
    signature, offset = struct.unpack("<4s4xQ4x", locator)
    if signature != b"PK\x06\x07":
        raise zipfile.BadZipFile
    file.seek(min(offset, 2**62))
    record = file.read(56)
    return int(struct.unpack_from("<Q", record, 40)[0])


def _check_no_overlap(file: BinaryIO, archive: zipfile.ZipFile, thing: str) -> None:
    """Refuse entries that share bytes: the trick behind zip bombs of extreme ratio."""
    free_from = 0
    for member in sorted(archive.infolist(), key=lambda member: member.header_offset):
        if member.header_offset < free_from:
            raise _unsafe_error(thing)
        file.seek(member.header_offset)
        signature, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        if signature != b"PK\x03\x04":
            raise zipfile.BadZipFile
        header_bytes = _LOCAL_HEADER.size + name_bytes + extra_bytes
        free_from = member.header_offset + header_bytes + member.compress_size
    if free_from > archive.start_dir:
        raise _unsafe_error(thing)


def _check_member(member: zipfile.ZipInfo, thing: str) -> None:
    if _is_unsafe_path(member.orig_filename):
        raise InputError(
            "UNSAFE_ARCHIVE", f"The {thing} contains an unsafe path and was not opened."
        )
    mode = member.external_attr >> 16
    if stat.S_ISLNK(mode):
        raise InputError("UNSAFE_ARCHIVE", f"The {thing} contains a link and was not opened.")
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise _unsafe_error(thing)
    if member.flag_bits & 0x41:  # encrypted, plainly or strongly
        raise InputError(
            "ENCRYPTED",
            f"The {thing} is protected by a password. Save it without one and upload it again.",
        )
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise InputError(
            "UNSUPPORTED_TYPE",
            f"The {thing} is packed with an unusual method. Pack it again with an ordinary zip.",
        )


def _is_unsafe_path(name: str) -> bool:
    """Paths that climb out, are absolute or mean something else on another system.

    No member is ever written under its own name; such a file is refused because it was made to
    do harm.
    """
    if not name or "\0" in name or "\\" in name or name.startswith("/") or name[1:2] == ":":
        return True
    # "..name" is no parent folder, but no honest tool writes it beside one either.
    return ".." in PurePosixPath(name).parts
