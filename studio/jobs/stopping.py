"""Ending a spread-out job before all its children are done, with what there is."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from studio.models import Job

from .kinds import get_kind
from .transitions import cancel_children


def ask_to_stop(subject_id: UUID) -> bool:
    """Go on with what is ready: now if that is enough, else as soon as it is.

    False: there is nothing to stop.
    """
    open_jobs = Job.objects.filter(
        subject_id=subject_id, state__in=Job.PENDING, stage=0, parent__isnull=True
    )
    asked = open_jobs.update(stop_early_at=timezone.now())
    for job in Job.objects.filter(subject_id=subject_id, state=Job.State.WAITING):
        stop_if_due(job)
    return bool(asked)


@transaction.atomic
def stop_if_due(job: Job) -> None:
    locked = Job.objects.select_for_update().get(pk=job.pk)
    is_due = locked.stop_early_at is not None and locked.stop_early_at <= timezone.now()
    is_waiting = locked.state == Job.State.WAITING
    if is_waiting and is_due and get_kind(locked.kind).has_enough(locked):
        cancel_children(locked)
