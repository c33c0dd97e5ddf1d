"""Storage on another machine that does not answer, or not to us."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

CODE = "STORAGE_UNAVAILABLE"
MESSAGE = (
    "The file storage of this server cannot be used now, so nothing was changed. What was stored "
    "before is still there. Try again in a while, or ask the operator to look at the storage."
)
HTTP_STATUS = 503
RETRY_SECONDS = 30
# By name: where files are on a disk, none of these libraries is loaded.
LIBRARIES = {"boto3", "botocore", "s3transfer"}
# By what S3 answers; of HEAD there is only the status.
REASONS = {
    "NoSuchBucket": "there is no such bucket",
    "404": "there is no such bucket",
    "AccessDenied": "these keys may not do this",
    "403": "these keys may not do this, or they are wrong",
    "InvalidAccessKeyId": "AWS_ACCESS_KEY_ID is not known there",
    "SignatureDoesNotMatch": "AWS_SECRET_ACCESS_KEY is wrong",
    "301": "the bucket is in another region than AWS_DEFAULT_REGION says",
    "PermanentRedirect": "the bucket is in another region than AWS_DEFAULT_REGION says",
    "NoCredentialsError": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set",
}


class StorageUnavailableError(ConnectionError):
    """What is wrong, for the operator; users are told `MESSAGE`. A job tries again."""


@contextmanager
def reaching_storage() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in LIBRARIES:
            raise
        raise StorageUnavailableError(_explain(error)) from error


def _explain(error: Exception) -> str:
    answer: dict[str, Any] = getattr(error, "response", {})
    code = answer.get("Error", {}).get("Code") or type(error).__name__
    reason = REASONS.get(code) or str(error).rstrip(".")
    return f"The storage {settings.STORAGE_URL} cannot be used: {reason}."
