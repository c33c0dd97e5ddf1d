"""Request side: a zip that is made while it is sent, so that neither memory nor disk holds it."""

import io
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from automl.bundle import FIXED_DATE

CHUNK_BYTES = 2**18
READABLE = 0o644 << 16
# Forests and boosters shrink to a third even so; more effort costs more time than it saves bytes.
EFFORT = 1


def stream_zip(entries: Iterable[tuple[str, bytes | Path]]) -> Iterator[bytes]:
    """Parts of a zip of (name, content or file), in the order given."""
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED, compresslevel=EFFORT) as archive:
        for name, source in entries:
            entry = ZipInfo(name, FIXED_DATE)
            entry.compress_type, entry.external_attr = ZIP_DEFLATED, READABLE
            # Tells whether the entry needs the fields of large files.
            entry.file_size = len(source) if isinstance(source, bytes) else source.stat().st_size
            with archive.open(entry, "w") as target, closing(_open(source)) as content:
                while chunk := content.read(CHUNK_BYTES):
                    target.write(chunk)
                    yield sink.take()
    yield sink.take()


def _open(source: bytes | Path) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


class _Sink(io.RawIOBase):
    """What was written and not taken yet; as it cannot be sought in, sizes stand after contents."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: object) -> int:
        self._parts.append(bytes(part))  # type: ignore[call-overload]
        return len(self._parts[-1])

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken
