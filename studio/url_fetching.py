"""Worker side of uploads from an address: the file is fetched; the next job reads it."""

from contextlib import suppress

from django.conf import settings

from automl.errors import InputError
from automl.file_names import check_file_name
from studio.datasets import start_reading
from studio.jobs import Finished
from studio.jobs.execution import JobRun
from studio.models import Dataset
from studio.outgoing_http import Downloaded, download
from studio.url_uploads import last_part

FETCH_SECONDS = 600
# For addresses that do not end with a file's name.
EXTENSIONS = {
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/json": "json",
    "application/x-ndjson": "jsonl",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}


def fetch_upload(run: JobRun) -> Finished:
    dataset = Dataset.all_objects.get(pk=run.subject_id)
    target = run.folder / "upload"
    run.progress("Fetching the file")
    got = download(
        dataset.source_url,
        target,
        max_bytes=settings.MAX_UPLOAD_BYTES,
        seconds=FETCH_SECONDS,
        on_progress=lambda done, total: run.progress("Fetching the file", done, total),
    )
    file_name = name_file(got, dataset.source_url)
    if target.stat().st_size == 0:
        raise InputError("EMPTY_FILE", "The file at this address is empty.")
    stored = run.put_file("uploads", target)

    def apply() -> None:
        start_reading(
            dataset, upload_file=stored, file_name=file_name, source_url=dataset.shown_source
        )

    return Finished(apply)


def name_file(got: Downloaded, asked_url: str) -> str:
    """The first name that says a type we read: the server's own, then those of the addresses."""
    for name in (got.file_name, last_part(asked_url), last_part(got.url)):
        with suppress(InputError):
            return check_file_name(name)
    extension = EXTENSIONS.get(got.content_type)
    if extension is None:
        raise InputError(
            "UNSUPPORTED_TYPE",
            "The address does not say what type of file it is. Its name must end with .csv, .json, "
            ".xlsx, .zip or .csv.gz.",
        )
    return check_file_name(f"{last_part(asked_url) or 'download'}.{extension}")
