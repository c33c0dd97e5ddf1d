"""Artefacts in storage: written once under a random key, named by a `StoredFile` row.

The row comes first, marked for purging; then the bytes; then a user of the file claims it. So
no bytes are ever without a row, and whatever nobody claimed is swept.
"""

import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage, storages
from django.utils import timezone

from automl.errors import InputError
from studio import file_copies
from studio.models import StoredFile, Workspace
from studio.seals import has_seal, make_seal
from studio.storage_errors import reaching_storage

logger = logging.getLogger(__name__)

UNCLAIMED_GRACE = timedelta(hours=13)
CHUNK_BYTES = 1024 * 1024


class FileMissingError(FileNotFoundError):
    """A row names a file that storage does not have, or whose bytes have changed."""


def put_file(kind: str, path: Path, *, workspace: Workspace) -> StoredFile:
    stored = StoredFile(
        key=f"{kind}/{uuid4().hex}",
        workspace=workspace,
        size_bytes=path.stat().st_size,
        sha256=hash_file(path),
        purge_after=timezone.now() + UNCLAIMED_GRACE,
    )
    stored.seal = make_seal(stored)
    stored.save(force_insert=True)
    try:
        _write(path, stored)
    except Exception:
        purge_files_later([stored])
        raise
    return stored


def _write(path: Path, stored: StoredFile) -> None:
    if _is_local():
        _write_durably(path, Path(default_storage.path(stored.key)))
    else:
        with path.open("rb") as source, reaching_storage():
            default_storage.save(stored.key, File(source))


def claim_files(files: Iterable[StoredFile]) -> None:
    """Keep these: call it in the transaction in which a row starts to point at them."""
    keys = [stored.pk for stored in files]
    StoredFile.objects.filter(pk__in=keys).update(purge_after=None)


def discard_files(files: Iterable[StoredFile | None]) -> None:
    """Delete the bytes, then the rows. Safe to repeat."""
    for stored in files:
        if stored is not None:
            with reaching_storage():
                default_storage.delete(stored.key)
            StoredFile.objects.filter(pk=stored.pk).delete()
            _forget_copy(stored)


def purge_files_later(files: Iterable[StoredFile | None]) -> None:
    """Mark for the sweep: call it in the transaction in which the last row lets go of them."""
    keys = [stored.pk for stored in files if stored is not None]
    StoredFile.objects.filter(pk__in=keys).update(purge_after=timezone.now())


def sweep_files(limit: int = 200) -> int:
    due = list(StoredFile.objects.filter(purge_after__lte=timezone.now())[:limit])
    discard_files(due)
    return len(due)


def local_path(stored: StoredFile) -> Path:
    """A path to read from: the file itself on a local disk, else a copy kept by its hash.

    Raises
    ------
    FileMissingError
        Or StorageUnavailableError, where storage is on another machine.
    """
    if _is_local():
        path = Path(default_storage.path(stored.key))
        if not path.is_file():
            raise FileMissingError(f"{stored.key} is not in storage")
        return path
    return file_copies.find_copy(stored.sha256, stored.size_bytes) or _fetch(stored)


def sealed_path(stored: StoredFile) -> Path:
    """The same for what is loaded as an estimator: these are the bytes that we wrote.

    Raises
    ------
    InputError
        `MODEL_CORRUPT` where they are not, `OTHER_SECRET_KEY` where this server cannot tell.
    """
    if not has_seal(stored):
        raise InputError(
            "OTHER_SECRET_KEY",
            "This model was made under another SECRET_KEY, so it is not used. Ask the operator to "
            "restore that key, or to run `manage.py reseal`; see docs/decisions/0014.",
        )
    try:
        path = local_path(stored)
        is_whole = hash_file(path) == stored.sha256
    except FileNotFoundError:
        is_whole = False
    if not is_whole:
        raise InputError(
            "MODEL_CORRUPT",
            "A file of this model is missing, damaged or not the one that was stored, so it is not "
            "used. Re-train the model, or ask the operator to restore it from a backup.",
        )
    return path


def open_file(stored: StoredFile) -> File:  # type: ignore[type-arg]
    """Of bytes that are all here: what S3 opens comes only while it is sent, or does not."""
    return File(local_path(stored).open("rb"))


def hash_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _is_local() -> bool:
    return isinstance(storages["default"], FileSystemStorage)


def _write_durably(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".tmp-", delete=False) as copy:
        try:
            with source.open("rb") as original:
                shutil.copyfileobj(original, copy, CHUNK_BYTES)
            copy.flush()
            os.fsync(copy.fileno())
            Path(copy.name).rename(target)
        except BaseException:
            Path(copy.name).unlink(missing_ok=True)
            raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _fetch(stored: StoredFile) -> Path:
    with file_copies.new_copy(stored.sha256) as partial:
        with reaching_storage():
            _download(stored, partial)
        if hash_file(partial) != stored.sha256:
            raise FileMissingError(f"{stored.key} was damaged in storage")
    return file_copies.copy_path(stored.sha256)


def _download(stored: StoredFile, target: Path) -> None:
    try:
        with default_storage.open(stored.key) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, CHUNK_BYTES)
    except FileNotFoundError as error:
        raise FileMissingError(f"{stored.key} is not in storage") from error


def _forget_copy(stored: StoredFile) -> None:
    """Unless another file has the same bytes."""
    if not _is_local() and not StoredFile.objects.filter(sha256=stored.sha256).exists():
        file_copies.copy_path(stored.sha256).unlink(missing_ok=True)
