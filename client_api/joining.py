"""Worker side of uploads in parts: they become one file, which the next job reads."""

from django.db import transaction

from automl.errors import InputError
from client_api.models import Upload
from client_api.parts import part_store
from studio.datasets import start_reading
from studio.jobs import Finished
from studio.jobs.execution import JobRun
from studio.models import Dataset

STEP = "Putting the parts together"


def join_parts(run: JobRun) -> Finished:
    dataset = Dataset.all_objects.get(pk=run.subject_id)
    upload = Upload.all_objects.get(dataset=dataset)
    target = run.folder / "upload"
    run.progress(STEP)
    size = upload.size_bytes
    part_store().fetch(upload, target, lambda done: run.progress(STEP, done, size))
    if not size:
        raise InputError("EMPTY_FILE", "The file is empty.")
    stored = run.put_file("uploads", target)

    def apply() -> None:
        start_reading(dataset, upload_file=stored)
        transaction.on_commit(lambda: part_store().discard(upload), robust=True)

    return Finished(apply)
