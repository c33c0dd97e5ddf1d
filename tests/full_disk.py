"""A disk without room: what is written goes to the system's own device for that, `/dev/full`."""

import os
import tempfile
from contextlib import contextmanager
from unittest.mock import patch

import pyarrow.parquet as pq

open_temporary = tempfile.NamedTemporaryFile
open_parquet = pq.ParquetWriter


@contextmanager
def full_for_files():
    """Uploads that stream in, and files on their way into storage."""
    with (
        patch("tempfile.NamedTemporaryFile", _open_full),
        patch("django.core.files.temp.NamedTemporaryFile", _open_full),
    ):
        yield


@contextmanager
def full_for_tables():
    """Parquet that jobs write."""
    with patch(
        "pyarrow.parquet.ParquetWriter", lambda _, *a, **k: open_parquet("/dev/full", *a, **k)
    ):
        yield


def _open_full(*args, **options):
    made = open_temporary(*args, **options)
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, made.fileno())
    os.close(full)
    return made
