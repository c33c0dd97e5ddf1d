"""Uploads stream to a file on the data disk and end at the limit, before they fill it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

from studio.full_disk import is_disk_full

# Why an upload was not taken to its end; the view sees the mark, since a form without a file would
# only say "required".
STOPPED = "cleanset.upload_stopped"
TOO_LARGE, DISK_FULL = "too large", "disk full"


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
            if not is_disk_full(error):
                raise
            # Closing writes once more what did not fit; the second time it only closes.
            with suppress(OSError, AttributeError):
                self.file.close()
            self._stop(DISK_FULL)

    def _stop(self, reason: str) -> None:
        if self.request is not None:
            self.request.META[STOPPED] = reason
        raise StopUpload(connection_reset=False)
