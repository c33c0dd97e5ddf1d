"""The kinds of job of this app, and what their states mean for the rows they work on."""

from datetime import timedelta

from models_app import tasks
from models_app.models import CandidateModel, DeployedModel, Verification
from models_app.notices import notify_model_failed
from models_app.time_limits import has_contender
from studio.jobs import JobFailure, Kind, register
from studio.models import Job


def _fail_model(job: Job, failure: JobFailure) -> None:
    failed = DeployedModel.objects.filter(
        pk=job.subject_id,
        status__in=(DeployedModel.Status.INITIALIZING, DeployedModel.Status.TRAINING),
    )
    changed = failed.update(status=DeployedModel.Status.FAILED, **failure.as_fields())
    # Who cancels it knows.
    if changed and failure.code != "CANCELLED":
        notify_model_failed(DeployedModel.objects.get(pk=job.subject_id))


def _has_contender(job: Job) -> bool:
    return has_contender(job.subject_id)


def _fail_candidate(job: Job, failure: JobFailure) -> None:
    CandidateModel.objects.filter(pk=job.subject_id, status=CandidateModel.Status.PENDING).update(
        status=CandidateModel.Status.FAILED, metrics={"error": failure.message}
    )


def _fail_verification(job: Job, failure: JobFailure) -> None:
    Verification.objects.filter(pk=job.subject_id, status=Verification.Status.PENDING).update(
        status=Verification.Status.FAILED, **failure.as_fields()
    )


register(
    Kind(
        key="deployment",
        queue="training",
        deadline=timedelta(hours=12),
        run=tasks.start_training,
        join=tasks.join_training,
        on_fail=_fail_model,
        has_enough=_has_contender,
    )
)
register(
    Kind(
        key="candidate",
        queue="training",
        deadline=timedelta(hours=8),
        run=tasks.train_candidate,
        on_fail=_fail_candidate,
    )
)
register(
    Kind(
        key="verification",
        queue="training",
        deadline=timedelta(hours=24),
        run=tasks.verify_model,
        on_fail=_fail_verification,
    )
)
