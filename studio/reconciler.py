"""The repair loop: whatever a crash, a lost queue or a dead worker left behind goes on here."""

import logging
import math
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, close_old_connections, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from studio import file_copies, files, outbox, webhook_delivery
from studio.jobs import JobFailure, publish, stopping, transitions
from studio.jobs.scratch import sweep_scratch
from studio.models import Job
from studio.storage_errors import StorageUnavailableError
from studio.trash import purge_deleted

logger = logging.getLogger(__name__)

BATCH = 200
# Nobody waits for what tidies up, and it takes longer than all else.
TIDY_SECONDS = 30
FIRST_REPUBLISH_SECONDS = 15
LAST_REPUBLISH_SECONDS = 300
# Receivers of webhooks are anybody's servers and may be slow: this loop does not wait for them.
WEBHOOK_SENDERS = 3
Step = Callable[[], object]
_later_steps: list[Step] = []


def add_step(step: Step) -> None:
    """Of an app above this one: tidying ends with it."""
    _later_steps.append(step)


def reconcile() -> None:
    """One round of everything."""
    repair()
    tidy()


def repair() -> None:
    _run(
        expire_leases,
        fail_overdue,
        stop_due,
        join_waiting,
        republish,
        outbox.deliver_due,
        files.sweep_files,
    )


def tidy() -> None:
    _run(
        webhook_delivery.forget_old,
        purge_deleted,
        sweep_scratch,
        file_copies.sweep_copies,
        *_later_steps,
    )


def run_forever(stop: threading.Event) -> None:
    for _ in range(WEBHOOK_SENDERS):
        send = webhook_delivery.deliver_forever
        threading.Thread(target=send, args=(stop,), daemon=True).start()
    tidied_at = -math.inf
    while not stop.wait(settings.RECONCILE_SECONDS):
        repair()
        if time.monotonic() - tidied_at >= TIDY_SECONDS:
            tidy()
            tidied_at = time.monotonic()
        # Those that broke; opening one for each round would take as long as the round.
        close_old_connections()


def _run(*steps: Step) -> None:
    """Each step stands alone, so that one that fails does not stop the others."""
    for step in steps:
        try:
            step()
        except StorageUnavailableError as error:
            logger.error("reconciler: %s has to wait: %s", step.__name__, error)
        except (DatabaseError, OSError):
            logger.exception("reconciler: %s failed, next round tries again", step.__name__)


def expire_leases() -> None:
    """A run whose process stopped renewing its lease is taken from it."""
    gone = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=timezone.now())
    for job in gone[:BATCH]:
        logger.warning("job %s (%s): its lease has ended", job.pk, job.kind)
        with transaction.atomic():
            if job.cancel_requested_at:
                transitions.end_cancelled(job)
            else:
                transitions.lose_worker(job)


def fail_overdue() -> None:
    overdue = Job.objects.filter(state__in=Job.PENDING, deadline_at__lt=timezone.now())
    for job in overdue[:BATCH]:
        hours = round((job.deadline_at - job.created_at).total_seconds() / 3600, 1)
        failure = JobFailure("TIMEOUT", f"This was not done within its limit of {hours:g} hours.")
        transitions.fail_job(job, failure)


def stop_due() -> None:
    """Give up the children of those whose time is over."""
    due = Job.objects.filter(state=Job.State.WAITING, stop_early_at__lte=timezone.now())
    for job in due[:BATCH]:
        stopping.stop_if_due(job)


def join_waiting() -> None:
    """Backstop of the last child's own call: no parent waits for children that are all final."""
    for job in Job.objects.filter(state=Job.State.WAITING)[:BATCH]:
        child = Job.objects.filter(parent=job).first()
        if child is not None and not transitions.has_pending_children(job):
            transitions.join_parent(child)


def republish() -> None:
    for job in _unpublished()[:BATCH]:
        wait = min(FIRST_REPUBLISH_SECONDS * 2**job.publish_count, LAST_REPUBLISH_SECONDS)
        is_due = job.published_at is None or (
            job.published_at < timezone.now() - timedelta(seconds=wait)
        )
        if is_due and not publish(job.pk):
            return


def _unpublished() -> QuerySet[Job]:
    now = timezone.now()
    startable = Q(not_before__isnull=True) | Q(not_before__lte=now)
    stale = Q(published_at__isnull=True) | Q(
        published_at__lt=now - timedelta(seconds=FIRST_REPUBLISH_SECONDS)
    )
    return Job.objects.filter(startable, stale, state=Job.State.QUEUED).order_by("created_at")


def release_leases(owner: str) -> int:
    """Give back what the workers of a stopped supervisor held; the attempt counts as no crash."""
    held = Job.objects.filter(state=Job.State.RUNNING, worker__startswith=f"{owner}:")
    return sum(transitions.requeue(job) for job in held)
