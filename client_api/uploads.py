"""Request side of uploads in parts: begun, completed, confirmed; then a worker has the file."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from automl.errors import InputError
from automl.file_names import check_file_name
from client_api.models import Upload
from client_api.parts import part_store
from client_api.parts.disk import DiskParts, wrong_size
from studio.access import rows_for
from studio.datasets import name_of_file
from studio.jobs import latest_job, start_job
from studio.models import Dataset, User, Workspace

JOIN = "client-upload"
PART_BYTES = 16 * 1024 * 1024
# Of one workspace: each may hold a file on the disk.
MAX_OPEN = 100


def split_size(size_bytes: int) -> list[int]:
    """Sizes of the parts; a file without bytes has none."""
    n_whole, rest = divmod(size_bytes, PART_BYTES)
    return [PART_BYTES] * n_whole + ([rest] if rest else [])


def too_large() -> InputError:
    limit = settings.MAX_UPLOAD_BYTES // 1024**2
    return InputError(
        "FILE_TOO_LARGE", f"The file is larger than {limit:,} MB, the limit of this server."
    )


def begin_upload(*, user: User, workspace: Workspace, file_name: str, size_bytes: int) -> Upload:
    """Make room for a file.

    Raises
    ------
    InputError
        `BAD_FILE_NAME`, `UNSUPPORTED_TYPE`, `FILE_TOO_LARGE` or `TOO_MANY_UPLOADS`.
    """
    if size_bytes > settings.MAX_UPLOAD_BYTES:
        raise too_large()
    if rows_for(Upload, user).filter(status__in=Upload.OPEN).count() >= MAX_OPEN:
        raise InputError(
            "TOO_MANY_UPLOADS",
            f"{MAX_OPEN} uploads of yours are not finished. Confirm them, or try again tomorrow.",
        )
    upload = Upload(
        workspace=workspace,
        created_by=user,
        file_name=check_file_name(file_name),
        size_bytes=size_bytes,
        expires_at=timezone.now() + Upload.RECEIVE_WITHIN,
    )
    part_store().begin(upload)
    upload.save(force_insert=True)
    return upload


def receive_part(upload: Upload, number: int, request: HttpRequest) -> str:
    """Its ETag. Never more of it is in memory than a small piece."""
    if upload.status != Upload.Status.RECEIVING:
        raise InputError("NOT_RECEIVING", "This upload takes no more parts.")
    size = split_size(upload.size_bytes)[number - 1]
    sent = request.META.get("CONTENT_LENGTH") or ""
    if sent.isdecimal() and int(sent) != size:
        raise wrong_size(number, int(sent), size)
    return DiskParts().receive(upload, number, size, request)


def complete_upload(upload: Upload, parts: list[dict[str, Any]]) -> None:
    """All parts are there. Saying so again changes nothing."""
    if upload.status in {Upload.Status.RECEIVED, Upload.Status.CONFIRMED}:
        return
    _refuse_failed(upload)
    part_store().complete(upload, _read_etags(parts, len(split_size(upload.size_bytes))))
    Upload.objects.filter(pk=upload.pk, status=Upload.Status.RECEIVING).update(
        status=Upload.Status.RECEIVED, expires_at=timezone.now() + Upload.CONFIRM_WITHIN
    )


@transaction.atomic
def confirm_upload(upload: Upload, asked_types: dict[str, str]) -> None:
    """Make the dataset and have it read; once, however often it is confirmed."""
    locked = Upload.objects.select_for_update().get(pk=upload.pk)
    if locked.status == Upload.Status.CONFIRMED:
        return
    _refuse_failed(locked)
    if locked.status != Upload.Status.RECEIVED:
        raise InputError("NOT_COMPLETE", "This upload is not complete yet. Send its parts first.")
    locked.dataset = Dataset.objects.create(
        workspace=locked.workspace,
        created_by=locked.created_by,
        name=name_of_file(locked.file_name),
        file_name=locked.file_name,
        asked_types=asked_types,
    )
    locked.status = Upload.Status.CONFIRMED
    # For a second try, should the first one fail.
    locked.expires_at = timezone.now() + Upload.RECEIVE_WITHIN
    locked.save()
    start_job(JOIN, locked.dataset.pk, workspace=locked.workspace)


def note_arriving(dataset: Dataset) -> Upload:
    """A dataset that a worker fetches: for the client an upload all the same."""
    return Upload.objects.create(
        workspace=dataset.workspace,
        created_by=dataset.created_by,
        file_name=dataset.file_name,
        size_bytes=0,
        status=Upload.Status.CONFIRMED,
        expires_at=timezone.now() + Upload.RECEIVE_WITHIN,
        dataset=dataset,
    )


def find_progress(upload: Upload) -> dict[str, Any]:
    """What the client polls for: it stops at `complete` and at `error`."""
    if upload.status == Upload.Status.FAILED:
        return _show_failure(upload)
    dataset = upload.dataset
    if dataset is None:
        return {"status": upload.status, "progress": 0.0}
    if dataset.status == Dataset.Status.FAILED:
        return _show_failure(dataset)
    if dataset.status == Dataset.Status.READY:
        return {"status": "complete", "progress": 1.0}
    return _show_job(dataset)


def _show_job(dataset: Dataset) -> dict[str, Any]:
    """How many rows there are is known at the end only: reading is the second half, at a stand."""
    job = latest_job(dataset.pk)
    if job is None:
        return {"status": "waiting", "progress": 0.0}
    arrived = dataset.upload_file_id is not None
    share = min(job.done / job.total, 1) if job.total else 0.0
    return {
        "status": job.step or "waiting for a worker",
        "progress": 0.5 + 0.4 * share if arrived else 0.5 * share,
    }


def _show_failure(row: Upload | Dataset) -> dict[str, Any]:
    return {
        "status": "error",
        "progress": 0.0,
        "error_type": row.error_code,
        "error_message": row.error_message,
    }


def _refuse_failed(upload: Upload) -> None:
    if upload.status == Upload.Status.FAILED:
        raise InputError(upload.error_code, upload.error_message)


def _read_etags(parts: list[dict[str, Any]], n_parts: int) -> list[str]:
    numbers = [part.get("PartNumber") for part in parts]
    if numbers != list(range(1, n_parts + 1)):
        raise _wrong_parts(_say_what_is_wrong(numbers[: n_parts + 1], n_parts))
    etags = [part.get("ETag") for part in parts]
    if not all(isinstance(etag, str) and etag for etag in etags):
        raise _wrong_parts("Each part needs the ETag that was answered to it.")
    return [str(etag).strip('"') for etag in etags]


def _say_what_is_wrong(numbers: list[Any], n_parts: int) -> str:
    for number in range(1, n_parts + 1):
        if numbers.count(number) != 1:
            what = "is missing" if number not in numbers else "is named twice"
            return f"Part {number} of {n_parts} {what}."
    return f"The parts must be numbered 1 to {n_parts}, in this order."


def _wrong_parts(sentence: str) -> InputError:
    return InputError("WRONG_PARTS", f"{sentence} Name each part of the file once, in order.")
