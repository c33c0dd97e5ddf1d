"""Whether the bucket of STORAGE_URL is there for us: looked at before anything is started."""

from typing import Any, cast

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.files.storage import storages

from studio.storage_errors import StorageUnavailableError, reaching_storage


@register(Tags.files)
def check_storage(**_: Any) -> list[Error]:
    fault = find_fault()
    return [Error(fault, id="studio.E001")] if fault else []


def find_fault() -> str:
    """A sentence; empty where there is none, or nothing but a folder is needed."""
    if not settings.STORAGE_URL:
        return ""
    try:
        with reaching_storage():
            cast(Any, storages["default"]).find_bucket()
    except StorageUnavailableError as error:
        return str(error)
    return ""
