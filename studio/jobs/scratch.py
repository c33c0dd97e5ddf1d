"""Folders for the work of one attempt; nothing in them outlives it for long."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from studio.models import Job

STALE_SECONDS = 86_400


def scratch_path(job: Job) -> Path:
    """A folder for this attempt."""
    return _root() / f"{job.pk.hex}-{job.attempt}"


@contextmanager
def scratch_folder(job: Job) -> Iterator[None]:
    """Make it; what a killed attempt of the same job left behind goes first."""
    for left in _root().glob(f"{job.pk.hex}-*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = scratch_path(job)
    folder.mkdir(parents=True)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_scratch() -> None:
    """Remove what attempts that were killed left behind, once nobody can still use it."""
    for folder in _root().glob("*-*"):
        if time.time() - folder.stat().st_mtime > STALE_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _root() -> Path:
    return Path(settings.CACHE_DIR) / "scratch"
