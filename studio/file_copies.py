"""Copies on this machine of what is in S3, named by their hashes: each may be fetched again."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from django.conf import settings

# Longer than the longest job, which may read until its end what it asked for at its start.
UNUSED_SECONDS = 2 * 86_400


def copy_path(sha256: str) -> Path:
    return _root() / sha256


def find_copy(sha256: str, size_bytes: int) -> Path | None:
    """It counts as used from now on. One that a failing machine cut off is none."""
    path = copy_path(sha256)
    try:
        os.utime(path)
        return path if path.stat().st_size == size_bytes else None
    except FileNotFoundError:
        return None


@contextmanager
def new_copy(sha256: str) -> Iterator[Path]:
    """A path to write to; what is there becomes the copy, unless writing it fails."""
    # Each machine tidies up where it adds: only one of them has the reconciler.
    sweep_copies()
    _root().mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = _root() / f"{sha256}.{uuid4().hex}"
    try:
        yield partial
        partial.rename(copy_path(sha256))
    finally:
        partial.unlink(missing_ok=True)


def sweep_copies() -> None:
    """Remove what nobody has used for long, and what killed processes began to fetch."""
    for path in _root().glob("*"):
        # Another process may do the same.
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > UNUSED_SECONDS:
                path.unlink()


def _root() -> Path:
    return Path(settings.CACHE_DIR) / "files"
