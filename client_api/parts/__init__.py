"""Where the parts of uploads wait: on the disk, or in S3, to which the client sends them itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.core.files.storage import FileSystemStorage, storages
from django.http import HttpRequest

from client_api.models import Upload
from client_api.parts.disk import DiskParts
from client_api.parts.s3 import S3Parts


class PartStore(Protocol):
    def begin(self, upload: Upload) -> None:
        """Make room, before the row is stored."""

    def urls(self, upload: Upload, n_parts: int, request: HttpRequest) -> list[str]:
        """Where the parts go, absolute and signed; good for as long as parts are taken."""

    def complete(self, upload: Upload, etags: list[str]) -> None:
        """Hold the parts against what the client says that it has sent.

        Raises
        ------
        InputError
            `PART_MISSING`, naming the first part that did not arrive as it was sent.
        """

    def fetch(self, upload: Upload, target: Path, on_progress: Callable[[int], None]) -> None:
        """Write the whole file, in a worker; `on_progress` hears of the bytes so far.

        Raises
        ------
        InputError
            `UPLOAD_GONE`.
        """

    def discard(self, upload: Upload) -> None:
        """Remove all that is left. Safe to repeat."""

    def kept_ids(self) -> list[UUID]:
        """Of uploads that have parts here; one that has just begun may have no row yet."""

    def discard_id(self, upload_id: UUID) -> None:
        """Remove what is left of an upload that may have no row any more."""


def part_store() -> PartStore:
    return DiskParts() if isinstance(storages["default"], FileSystemStorage) else S3Parts()


__all__ = ["PartStore", "part_store"]
