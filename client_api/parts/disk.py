"""Parts as files, each named by its number and the hash of what is in it."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest
from django.http.request import UnreadablePostError

from automl.errors import InputError
from client_api.models import Upload
from client_api.parts.links import make_link

CHUNK_BYTES = 256 * 1024
# Somebody who sends a part again and again with other bytes must not fill the disk.
MAX_VARIANTS = 5


class DiskParts:
    def begin(self, upload: Upload) -> None:
        """The folder comes with the first part: one without a row is swept."""

    def urls(self, upload: Upload, n_parts: int, request: HttpRequest) -> list[str]:
        return [make_link(upload, number, request) for number in range(1, n_parts + 1)]

    def receive(self, upload: Upload, number: int, size: int, request: HttpRequest) -> str:
        """Write a part as it comes; its ETag. Parts may come in any order, and again."""
        folder = _make_folder(upload)
        if len(list(folder.glob(f"{number:05d}-*"))) >= MAX_VARIANTS:
            raise InputError("PART_TOO_OFTEN", f"Part {number} was sent too often.")
        partial = folder / f".{uuid4().hex}"
        try:
            etag = _write(request, partial, number, size)
            partial.rename(folder / f"{number:05d}-{etag}")
        finally:
            partial.unlink(missing_ok=True)
        return etag

    def complete(self, upload: Upload, etags: list[str]) -> None:
        for number, path in enumerate(_paths(upload, etags), start=1):
            if not path.is_file():
                raise InputError(
                    "PART_MISSING",
                    f"Part {number} of {len(etags)} did not arrive as it was sent. "
                    "Upload the file again.",
                )
        (_make_folder(upload) / "parts").write_text("\n".join(etags))

    def fetch(self, upload: Upload, target: Path, on_progress: Callable[[int], None]) -> None:
        try:
            etags = (folder_of(upload) / "parts").read_text().split()
            with target.open("wb") as whole:
                for path in _paths(upload, etags):
                    with path.open("rb") as part:
                        shutil.copyfileobj(part, whole, CHUNK_BYTES)
                    on_progress(whole.tell())
        except FileNotFoundError as error:
            raise InputError(
                "UPLOAD_GONE", "The uploaded file is no longer here. Upload it again."
            ) from error

    def discard(self, upload: Upload) -> None:
        discard_parts(upload.pk)

    def kept_ids(self) -> list[UUID]:
        return kept_ids()

    def discard_id(self, upload_id: UUID) -> None:
        discard_parts(upload_id)


def kept_ids() -> list[UUID]:
    """Of uploads that have parts here."""
    return [UUID(path.name) for path in _root().glob("[0-9a-f]" * 32)]


def discard_parts(upload_id: UUID) -> None:
    shutil.rmtree(_root() / upload_id.hex, ignore_errors=True)


def _root() -> Path:
    return Path(settings.FILE_UPLOAD_TEMP_DIR) / "parts"


def _make_folder(upload: Upload) -> Path:
    folder_of(upload).mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder_of(upload)


def folder_of(upload: Upload) -> Path:
    return _root() / upload.pk.hex


def _paths(upload: Upload, etags: list[str]) -> list[Path]:
    """Only names that are ours: what the client sends goes into no path."""
    known = {path.name: path for path in folder_of(upload).glob("*-*")}
    missing = folder_of(upload) / "missing"
    return [known.get(f"{i:05d}-{etag}", missing) for i, etag in enumerate(etags, start=1)]


def _write(request: HttpRequest, path: Path, number: int, size: int) -> str:
    digest, n_bytes = hashlib.sha256(), 0
    with path.open("xb") as file:
        while chunk := _read(request):
            file.write(chunk)
            digest.update(chunk)
            n_bytes += len(chunk)
    if n_bytes != size:
        raise wrong_size(number, n_bytes, size)
    return digest.hexdigest()


def _read(request: HttpRequest) -> bytes:
    try:
        return request.read(CHUNK_BYTES)
    except UnreadablePostError as error:
        raise InputError("BROKE_OFF", "The connection broke off. Send the part again.") from error


def wrong_size(number: int, n_bytes: int, size: int) -> InputError:
    return InputError(
        "WRONG_PART_SIZE", f"Part {number} has {n_bytes:,} bytes, but {size:,} were announced."
    )
