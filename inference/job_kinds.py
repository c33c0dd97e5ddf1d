"""The kind of job of this app, and what its states mean for the rows it works on."""

from datetime import timedelta

from inference import tasks
from inference.models import InferenceResult
from studio.jobs import JobFailure, Kind, register
from studio.models import Job

PENDING = (InferenceResult.Status.QUEUED, InferenceResult.Status.PREDICTING)


def _start_result(job: Job) -> None:
    InferenceResult.objects.filter(pk=job.subject_id, status__in=PENDING).update(
        status=InferenceResult.Status.PREDICTING
    )


def _fail_result(job: Job, failure: JobFailure) -> None:
    InferenceResult.objects.filter(pk=job.subject_id, status__in=PENDING).update(
        status=InferenceResult.Status.FAILED, finished_at=job.started_at, **failure.as_fields()
    )


register(
    Kind(
        key="prediction",
        queue="prediction",
        deadline=timedelta(hours=6),
        run=tasks.predict_file,
        on_start=_start_result,
        on_fail=_fail_result,
    )
)
