"""Folders for the work of one attempt; nothing in them outlives it for long."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from studio.models import Job

STALE_SECONDS = 86_400


@contextmanager
def scratch_folder(job: Job) -> Iterator[Path]:
    """A folder for this attempt; what a killed attempt of the same job left behind goes first."""
    scratch = _root()
    for left in scratch.glob(f"{job.pk.hex}-*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = scratch / f"{job.pk.hex}-{job.attempt}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_scratch() -> None:
    """Remove what attempts that were killed left behind, once nobody can still use it."""
    for folder in _root().glob("*-*"):
        if time.time() - folder.stat().st_mtime > STALE_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _root() -> Path:
    return Path(settings.CACHE_DIR) / "scratch"
