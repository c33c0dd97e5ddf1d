"""Request side of uploads from an address: a worker fetches the file, then it is read."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import transaction

from automl.errors import InputError
from automl.file_names import clean_name
from studio.access import workspace_for
from studio.datasets import FETCH
from studio.jobs import start_job
from studio.models import Dataset, Job, User, Workspace
from studio.outbox import one_line
from studio.outgoing_targets import read_url

# Of one workspace: fetching keeps a worker busy for as long as the other server likes.
MAX_FETCHES = 3


def create_dataset_from_url(
    *, user: User, url: str, name: str | None = None, asked_types: dict[str, str] | None = None
) -> Dataset:
    """A dataset in the user's own workspace; everything that goes wrong later stands on it.

    Raises
    ------
    InputError
        `URL_UPLOADS_OFF`, `BAD_URL`, `HOST_REFUSED` or `TOO_MANY_FETCHES`.
    """
    if not settings.UPLOAD_FROM_URL:
        raise InputError(
            "URL_UPLOADS_OFF",
            "This server fetches no files from addresses. Download the file, then upload it.",
        )
    host = read_url(url).host
    part = last_part(url)
    name = one_line(name or Path(part).stem or host, 255) or part or host
    row = {"name": name, "file_name": part or host, "source_url": url}
    return _create(user, workspace_for(user), row | {"asked_types": asked_types or {}})


def last_part(url: str) -> str:
    """What the path of an address calls the file; empty where it calls it nothing."""
    part = unquote(urlsplit(url).path).rpartition("/")[2]
    try:
        return clean_name(part)
    except InputError:
        return ""


@transaction.atomic
def _create(user: User, workspace: Workspace, row: dict[str, Any]) -> Dataset:
    fetches = Job.objects.filter(workspace=workspace, kind=FETCH, state__in=Job.PENDING)
    if fetches.count() >= MAX_FETCHES:
        raise InputError(
            "TOO_MANY_FETCHES",
            f"{MAX_FETCHES} files are being fetched for you. Wait until one is done.",
        )
    dataset = Dataset.objects.create(workspace=workspace, created_by=user, **row)
    start_job(FETCH, dataset.pk, workspace=workspace)
    return dataset
