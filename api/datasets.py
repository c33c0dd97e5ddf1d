from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import FileEx, FormEx, P, Query, Router, Status, UploadedFile

from api.dataset_schemas import DatasetDetails, DatasetSummary, UrlUpload
from api.schemas import Page, Paging, Text, answers, page_of, write_answers
from api.uploads import check_upload
from studio.access import dataset_for, require_writer, rows_for, workspace_for
from studio.datasets import create_dataset
from studio.models import Dataset, User
from studio.trash import delete_row
from studio.url_uploads import create_dataset_from_url

router = Router(tags=["datasets"])


@router.get("", response=answers(Page[DatasetSummary]), summary="List datasets, newest first")
def list_datasets(request: HttpRequest, paging: Query[Paging]) -> Any:
    return page_of(rows_for(Dataset, request.user).order_by("-created_at"), paging)


@router.post("", response=write_answers(DatasetDetails, status=201), summary="Upload a dataset")
def upload_dataset(
    request: HttpRequest,
    file: FileEx[UploadedFile, P(description="CSV, Excel, JSON, JSON Lines, .gz or .zip")],
    name: FormEx[Text, P(default="", max_length=255, description="Empty: as its file")],
) -> Any:
    """The file is read afterwards: ask for the dataset until its status is `ready` or `failed`."""
    workspace = workspace_for(request.user)
    require_writer(request.user, workspace)
    file_name, path = check_upload(file)
    assert isinstance(request.user, User)
    dataset = create_dataset(
        user=request.user,
        workspace=workspace,
        name=" ".join(name.split()) or Path(file_name).stem or file_name,
        file_name=file_name,
        path=path,
    )
    return Status(201, dataset)


@router.post(
    "/from-url",
    response=write_answers(DatasetDetails, status=201),
    summary="Have a file fetched from an address",
)
def fetch_dataset(request: HttpRequest, body: UrlUpload) -> Any:
    """Only where the operator allows it (`UPLOAD_FROM_URL`), and only from public addresses."""
    require_writer(request.user, workspace_for(request.user))
    assert isinstance(request.user, User)
    dataset = create_dataset_from_url(user=request.user, url=body.url, name=body.name)
    return Status(201, dataset)


@router.get("/{hex:dataset_id}", response=answers(DatasetDetails), summary="One dataset")
def get_dataset(request: HttpRequest, dataset_id: UUID) -> Any:
    """Its columns, how the file was read, and while it is read: how far that is."""
    return dataset_for(request.user, dataset_id)


@router.delete(
    "/{hex:dataset_id}", response=write_answers(None, status=204), summary="Delete a dataset"
)
def delete_dataset(request: HttpRequest, dataset_id: UUID) -> Any:
    """With all projects, models and predictions that were made of it."""
    delete_row(dataset_for(request.user, dataset_id, write=True))
    return Status(204, None)
