"""Every change of a job's state: one conditional update each; 0 rows means somebody was faster."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from studio.models import Job, Workspace

from .kinds import JobFailure, get_kind
from .publishing import publish_on_commit

CANCELLED = JobFailure("CANCELLED", "This was cancelled.")
STOPPED = JobFailure("STOPPED", "Left out: it was not ready when training was stopped.")
NO_LEASE = {"token": None, "lease_until": None}


def start_job(
    kind_key: str,
    subject_id: UUID,
    *,
    workspace: Workspace,
    parent: Job | None = None,
    idempotency_key: str | None = None,
) -> Job:
    """Make the row inside the caller's transaction; the queue hears of it after the commit."""
    kind = get_kind(kind_key)
    job = Job.objects.create(
        kind=kind.key,
        subject_id=subject_id,
        workspace=workspace,
        queue=kind.queue,
        parent=parent,
        deadline_at=timezone.now() + kind.deadline,
        idempotency_key=idempotency_key,
    )
    publish_on_commit(job.pk)
    return job


def subject_started_with(idempotency_key: str) -> UUID | None:
    """What an earlier press with this key made. Call it in the transaction that makes the job."""
    earlier = Job.objects.select_for_update().filter(idempotency_key=idempotency_key).first()
    return earlier.subject_id if earlier else None


def latest_job(subject_id: UUID, kind_key: str | None = None) -> Job | None:
    jobs = Job.objects.filter(subject_id=subject_id)
    if kind_key:
        jobs = jobs.filter(kind=kind_key)
    return jobs.order_by("-created_at").first()


@transaction.atomic
def claim(job_id: UUID, worker: str) -> Job | None:
    """Take a queued job: a new token and a lease; nobody else's token can write from here on."""
    now = timezone.now()
    due = Q(not_before__isnull=True) | Q(not_before__lte=now)
    changed = Job.objects.filter(due, pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING,
        attempt=F("attempt") + 1,
        token=uuid4(),
        lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS),
        started_at=now,
        worker=worker,
        step="",
        done=0,
        total=0,
    )
    if not changed:
        return None
    job = Job.objects.get(pk=job_id)
    get_kind(job.kind).on_start(job)
    return job


def beat(job_id: UUID, token: UUID) -> bool:
    """Prolong the lease. False: it belongs to somebody else now, or the job is wanted no more."""
    now = timezone.now()
    return bool(
        Job.objects.filter(
            pk=job_id, token=token, state=Job.State.RUNNING, cancel_requested_at__isnull=True
        ).update(lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS))
    )


def end_run(job: Job, state: str, **fields: object) -> bool:
    """Leave RUNNING with the token of the run; the caller holds the transaction."""
    held = Job.objects.filter(pk=job.pk, token=job.token, state=Job.State.RUNNING)
    return bool(held.update(state=state, **NO_LEASE, **fields))


def fail_job(job: Job, failure: JobFailure, *, state: str = Job.State.FAILED) -> bool:
    """Fail a job that is in the state and at the attempt in which the caller saw it."""
    with transaction.atomic():
        seen = Job.objects.filter(pk=job.pk, state=job.state, attempt=job.attempt)
        changed = seen.update(
            state=state, finished_at=timezone.now(), **NO_LEASE, **failure.as_fields()
        )
        if changed:
            get_kind(job.kind).on_fail(job, failure)
            cancel_children(job)
            join_parent(job)
    return bool(changed)


def requeue(job: Job, *, delay_seconds: float = 0, is_crash: bool = False) -> bool:
    """Give a running job back to the queue, for a later attempt."""
    seen = Job.objects.filter(pk=job.pk, token=job.token, state=Job.State.RUNNING)
    changed = seen.update(
        state=Job.State.QUEUED,
        published_at=None,
        publish_count=0,
        not_before=timezone.now() + timedelta(seconds=delay_seconds) if delay_seconds else None,
        crashes=F("crashes") + (1 if is_crash else 0),
        **NO_LEASE,
    )
    if changed and not delay_seconds:
        publish_on_commit(job.pk)
    return bool(changed)


def lose_worker(job: Job) -> bool:
    """The worker of a running job is gone: try again, or give up after the last attempt."""
    if job.crashes + 1 < get_kind(job.kind).max_attempts:
        return requeue(job, is_crash=True)
    return fail_job(
        job,
        JobFailure(
            "WORKER_LOST",
            f"The worker stopped {job.crashes + 1} times during “{job.step or job.kind}”, most "
            "likely for lack of memory. Try fewer rows or the Fast preset, or ask the operator.",
        ),
    )


def join_parent(job: Job) -> None:
    """Queue the parent's joining step once its last child is final.

    Locking the parent's row makes two last children take turns, so that one of them sees the
    other's end; on SQLite the immediate transaction does the same.
    """
    if job.parent_id is None:
        return
    with transaction.atomic():
        parent = Job.objects.select_for_update().get(pk=job.parent_id)
        if parent.state != Job.State.WAITING or has_pending_children(parent):
            return
        parent_waits = Job.objects.filter(pk=parent.pk, state=Job.State.WAITING)
        if parent_waits.update(state=Job.State.QUEUED, stage=1, published_at=None, publish_count=0):
            publish_on_commit(parent.pk)


def has_pending_children(parent: Job) -> bool:
    return Job.objects.filter(parent=parent, state__in=Job.PENDING).exists()


@transaction.atomic
def cancel_subject(subject_id: UUID) -> None:
    """Stop all work on a row: what waits ends here, what runs sees it with its next heartbeat.

    The keys are free again, so that a form sent once more makes a new row.
    """
    Job.objects.filter(subject_id=subject_id).update(idempotency_key=None)
    for job in Job.objects.filter(subject_id=subject_id, state__in=Job.PENDING):
        _cancel(job)


def cancel_children(job: Job) -> None:
    for child in Job.objects.filter(parent=job, state__in=Job.PENDING):
        _cancel(child)


def end_cancelled(job: Job) -> None:
    """End a job that is wanted no more: by somebody's wish, or because its parent stops early."""
    stops = job.parent.stop_early_at if job.parent else None
    failure = STOPPED if stops and stops <= timezone.now() else CANCELLED
    fail_job(job, failure, state=Job.State.CANCELLED)


def _cancel(job: Job) -> None:
    if job.state == Job.State.RUNNING:
        Job.objects.filter(pk=job.pk).update(cancel_requested_at=timezone.now())
        return
    end_cancelled(job)
