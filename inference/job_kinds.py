"""The kinds of job of this app, and what their states mean for the rows it works on."""

from datetime import timedelta

from inference import tasks
from inference.models import InferenceResult
from inference.notices import notify_predictions_failed
from inference.slices import drop_slices
from inference.starting import LOOKING
from studio.jobs import CANCELLED, JobFailure, Kind, cancel_children, register
from studio.models import Job

Status = InferenceResult.Status


def _start_result(job: Job) -> None:
    InferenceResult.objects.filter(pk=job.subject_id, status__in=InferenceResult.PENDING).update(
        status=Status.PREDICTING
    )


def _fail_result(job: Job, failure: JobFailure) -> None:
    pending = InferenceResult.objects.filter(pk=job.subject_id, status__in=InferenceResult.PENDING)
    changed = pending.update(
        status=Status.FAILED, finished_at=job.started_at, **failure.as_fields()
    )
    drop_slices(job.subject_id)
    # Who cancels it knows.
    if changed and failure.code != CANCELLED.code:
        notify_predictions_failed(InferenceResult.objects.get(pk=job.subject_id))


def _fail_looking(job: Job, failure: JobFailure) -> None:
    """What was noticed is not known then, and yet the file can be predicted."""
    if failure.code == CANCELLED.code:
        _fail_result(job, failure)
        return
    waiting = InferenceResult.objects.filter(pk=job.subject_id, status=Status.CHECKING)
    waiting.update(status=Status.CHECKED)


def _fail_slice(job: Job, failure: JobFailure) -> None:
    """Without one slice there is no answer: the others need not go on."""
    if job.parent is not None and failure.code != CANCELLED.code:
        cancel_children(job.parent)


register(
    Kind(
        key="prediction-reading",
        queue="io",
        deadline=timedelta(hours=2),
        run=tasks.read_file,
        on_fail=_fail_result,
    )
)
register(
    Kind(
        key=LOOKING,
        queue="io",
        deadline=timedelta(minutes=10),
        run=tasks.look_at_rows,
        on_fail=_fail_looking,
    )
)
register(
    Kind(
        key="prediction",
        queue="prediction",
        deadline=timedelta(hours=24),
        run=tasks.start_prediction,
        join=tasks.join_prediction,
        on_start=_start_result,
        on_fail=_fail_result,
    )
)
register(
    Kind(
        key="prediction-slice",
        queue="prediction",
        deadline=timedelta(hours=24),
        run=tasks.predict_slice,
        on_fail=_fail_slice,
    )
)
