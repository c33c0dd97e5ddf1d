"""Request side of datasets: store an upload and have it read."""

from pathlib import Path
from typing import Any

from django.db import transaction

from studio.files import claim_files, put_file
from studio.jobs import latest_job, start_job
from studio.models import Dataset, User, Workspace
from studio.samples import Sample, sample_path

INGESTION = "ingestion"
FETCH = "url-upload"


@transaction.atomic
def create_dataset(
    *,
    user: User,
    workspace: Workspace,
    name: str,
    file_name: str,
    path: Path,
    asked_encoding: str = "",
    asked_delimiter: str = "",
    asked_types: dict[str, str] | None = None,
    sample_note: str = "",
) -> Dataset:
    stored = put_file("uploads", path, workspace=workspace)
    dataset = Dataset.objects.create(
        workspace=workspace,
        created_by=user,
        name=name[:255],
        file_name=file_name,
        upload_file=stored,
        asked_encoding=asked_encoding,
        asked_delimiter=asked_delimiter,
        asked_types=asked_types or {},
        sample_note=sample_note,
    )
    claim_files([stored])
    start_job(INGESTION, dataset.pk, workspace=workspace)
    return dataset


def start_reading(dataset: Dataset, **arrived: Any) -> None:
    """Its file is here. Call it in the transaction that ends the job which brought it."""
    waiting = Dataset.all_objects.filter(pk=dataset.pk, status=Dataset.Status.INGESTING)
    if waiting.update(**arrived):
        start_job(INGESTION, dataset.pk, workspace=dataset.workspace)


def name_of_file(file_name: str) -> str:
    """What a dataset is called whose file nobody gave another name."""
    return (Path(file_name).stem or file_name)[:255]


def create_from_sample(*, user: User, workspace: Workspace, sample: Sample) -> Dataset:
    return create_dataset(
        user=user,
        workspace=workspace,
        name=sample.title,
        file_name=sample.file,
        path=sample_path(sample),
        sample_note=sample.licence,
    )


@transaction.atomic
def reread_dataset(
    *, dataset: Dataset, encoding: str, delimiter: str, asked_types: dict[str, str]
) -> bool:
    """Read the upload again as asked, or let it arrive first if it did not.

    Not once projects rest on what was read.
    """
    waiting = Dataset.objects.filter(pk=dataset.pk).exclude(status=Dataset.Status.INGESTING)
    if dataset.projects.exists() or not waiting.update(
        status=Dataset.Status.INGESTING,
        asked_encoding=encoding,
        asked_delimiter=delimiter,
        asked_types=asked_types,
        error_code="",
        error_message="",
        error_line=None,
        error_column=None,
    ):
        return False
    start_job(_kind_of_next_job(dataset), dataset.pk, workspace=dataset.workspace)
    return True


def _kind_of_next_job(dataset: Dataset) -> str:
    """What has not arrived yet comes the way that it was to come before."""
    earlier = latest_job(dataset.pk)
    return earlier.kind if dataset.upload_file is None and earlier else INGESTION
