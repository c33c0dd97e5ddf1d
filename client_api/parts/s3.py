"""Parts that the client sends to S3 itself, by presigned addresses; S3 puts them together."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from botocore.exceptions import ClientError
from django.core.files.storage import storages
from django.http import HttpRequest
from django.utils import timezone

from automl.errors import InputError
from client_api.models import Upload
from studio.storage_errors import reaching_storage

# What S3 answers where it is the client who is wrong.
CLIENT_CODES = {"InvalidPart", "InvalidPartOrder", "EntityTooSmall", "NoSuchUpload", "MalformedXML"}
# Of a HEAD request there is only the status.
GONE_CODES = {"404", "NoSuchKey"}
# What has no row is left alone for so long: it may only just have begun.
STRAY_AFTER = timedelta(days=1)
PART_NAME = re.compile("[0-9a-f]{32}")


class S3Parts:
    def __init__(self) -> None:
        self._storage = cast(Any, storages["default"])
        self._client: Any = self._storage.connection.meta.client

    @reaching_storage()
    def begin(self, upload: Upload) -> None:
        answer = self._client.create_multipart_upload(**self._place(upload.pk))
        upload.s3_upload_id = answer["UploadId"]

    @reaching_storage()
    def urls(self, upload: Upload, n_parts: int, request: HttpRequest) -> list[str]:
        return [self._url(upload, number) for number in range(1, n_parts + 1)]

    @reaching_storage()
    def complete(self, upload: Upload, etags: list[str]) -> None:
        if etags:
            self._put_together(upload, etags)
        else:
            # S3 puts nothing together from no parts.
            self.discard(upload)
            self._client.put_object(**self._place(upload.pk), Body=b"")
        if self._find_size(upload) != upload.size_bytes:
            self.discard(upload)
            raise _missing()

    @reaching_storage()
    def fetch(self, upload: Upload, target: Path, on_progress: Callable[[int], None]) -> None:
        done = 0

        def count(n_bytes: int) -> None:
            nonlocal done
            done += n_bytes
            on_progress(done)

        how = {"Callback": count, "Config": self._storage.one_thread}
        try:
            self._client.download_file(**self._place(upload.pk), Filename=str(target), **how)
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE_CODES:
                raise
            raise InputError(
                "UPLOAD_GONE", "The uploaded file is no longer here. Upload it again."
            ) from error

    @reaching_storage()
    def discard(self, upload: Upload) -> None:
        if not upload.s3_upload_id:
            return
        place = self._place(upload.pk)
        try:
            self._client.abort_multipart_upload(**place, UploadId=upload.s3_upload_id)
        except ClientError as error:
            # It was put together.
            if error.response["Error"]["Code"] != "NoSuchUpload":
                raise
        self._client.delete_object(**place)

    @reaching_storage()
    def kept_ids(self) -> list[UUID]:
        before = timezone.now() - STRAY_AFTER
        old = [each["Key"] for each in self._objects() if each["LastModified"] < before]
        old += [each["Key"] for each in self._begun() if each["Initiated"] < before]
        return [UUID(name) for key in old if PART_NAME.fullmatch(name := key.rpartition("/")[2])]

    @reaching_storage()
    def discard_id(self, upload_id: UUID) -> None:
        place = self._place(upload_id)
        for each in self._begun(upload_id.hex):
            self._client.abort_multipart_upload(**place, UploadId=each["UploadId"])
        self._client.delete_object(**place)

    def _objects(self) -> list[dict[str, Any]]:
        return self._list("list_objects_v2", "Contents")

    def _begun(self, name: str = "") -> list[dict[str, Any]]:
        return self._list("list_multipart_uploads", "Uploads", name)

    def _list(self, operation: str, what: str, name: str = "") -> list[dict[str, Any]]:
        pages = self._client.get_paginator(operation).paginate(
            Bucket=self._storage.bucket_name, Prefix=self._key(name)
        )
        return [each for page in pages for each in page.get(what, [])]

    def _put_together(self, upload: Upload, etags: list[str]) -> None:
        parts = [{"ETag": f'"{tag}"', "PartNumber": i} for i, tag in enumerate(etags, start=1)]
        try:
            self._client.complete_multipart_upload(
                **self._place(upload.pk),
                UploadId=upload.s3_upload_id,
                MultipartUpload={"Parts": parts},
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in CLIENT_CODES:
                raise
            # It may be that the answer to an earlier request, which put them together, got lost.
            if code != "NoSuchUpload" or self._find_size(upload) is None:
                raise _missing() from error

    def _find_size(self, upload: Upload) -> int | None:
        try:
            size: int = self._client.head_object(**self._place(upload.pk))["ContentLength"]
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE_CODES:
                raise
            return None
        return size

    def _url(self, upload: Upload, number: int) -> str:
        params = {**self._place(upload.pk), "UploadId": upload.s3_upload_id, "PartNumber": number}
        seconds = int(Upload.RECEIVE_WITHIN.total_seconds())
        url: str = self._client.generate_presigned_url("upload_part", params, ExpiresIn=seconds)
        return url

    def _place(self, upload_id: UUID) -> dict[str, str]:
        return {"Bucket": self._storage.bucket_name, "Key": self._key(upload_id.hex)}

    def _key(self, name: str) -> str:
        location = self._storage.location.strip("/")
        return f"{location}/parts/{name}" if location else f"parts/{name}"


def _missing() -> InputError:
    return InputError(
        "PART_MISSING", "The parts did not arrive as they were sent. Upload the file again."
    )
