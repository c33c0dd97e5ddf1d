"""Uploads stream to a file on the data disk and end at the limit, before they fill it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

from automl.errors import InputError
from studio import full_disk

# Why an upload was not taken to its end, marked on the request.
STOPPED = "cleanset.upload_stopped"
TOO_LARGE, DISK_FULL = "too large", "disk full"


def find_stop(request: HttpRequest) -> InputError | None:
    """Why a file did not arrive whole; the form has no file then, and would say "required"."""
    reason = request.META.get(STOPPED)
    if reason == DISK_FULL:
        return InputError(full_disk.CODE, full_disk.MESSAGE)
    limit = settings.MAX_UPLOAD_BYTES // (1024 * 1024)
    message = f"The file is larger than {limit:,} MB, the limit of this server."
    return InputError("TOO_LARGE", message) if reason else None


class LimitedTemporaryFileHandler(TemporaryFileUploadHandler):
    def new_file(self, *args: Any, **kwargs: Any) -> None:
        with self._stopping_when_full():
            settings.FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
            super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > settings.MAX_UPLOAD_BYTES:
            self._stop(TOO_LARGE)
        with self._stopping_when_full():
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> Any:
        with self._stopping_when_full():
            # The last bytes are written here.
            return super().file_complete(file_size)

    @contextmanager
    def _stopping_when_full(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not full_disk.is_disk_full(error):
                raise
            # Closing writes once more what did not fit; the second time it only closes.
            with suppress(OSError, AttributeError):
                self.file.close()
            self._stop(DISK_FULL)

    def _stop(self, reason: str) -> None:
        if self.request is not None:
            self.request.META[STOPPED] = reason
        raise StopUpload(connection_reset=False)
