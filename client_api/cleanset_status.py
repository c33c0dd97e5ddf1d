"""How far an analysis is, in the words in which the client shows it."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from studio.jobs import latest_job
from studio.models import Cleanset, Job
from studio.projects import ANALYSIS

TOTAL_STEPS = 5
TRAINING, JOINING = 2, 4
# After a job's deadline: by then the reconciler has failed it, if there is one.
GRACE = timedelta(minutes=10)
LATE = "The analysis was not done within its time. Ask the operator whether all is running."


def read_status(cleanset: Cleanset) -> dict[str, Any]:
    """Every poll ends: with a state that is final, or with the deadline of the job."""
    if cleanset.status == Cleanset.Status.READY:
        return _make(TOTAL_STEPS, "Ready for review!", is_ready=True)
    if cleanset.status == Cleanset.Status.FAILED:
        return _make_error(cleanset.error_code or None, cleanset.error_message)
    job = latest_job(cleanset.pk, ANALYSIS)
    if job is None or job.deadline_at + GRACE < timezone.now():
        return _make_error("TIMEOUT", LATE)
    return _make(*_find_step(job))


def _find_step(job: Job) -> tuple[int, str]:
    if job.stage:
        return JOINING, job.step or "Finding issues"
    if job.state == Job.State.QUEUED:
        return 0, "Initializing..."
    if job.state == Job.State.RUNNING:
        return 1, job.step or "Preparing data"
    states = list(job.children.values_list("state", flat=True))
    n_done = sum(state in Job.FINAL for state in states)
    return TRAINING + (2 * n_done > len(states)), f"Training models ({n_done} of {len(states)})"


def _make(step: int, description: str, *, is_ready: bool = False) -> dict[str, Any]:
    return {
        "is_ready": is_ready,
        "has_error": False,
        "total_steps": TOTAL_STEPS,
        "step": step,
        "step_description": description,
        "error_type": None,
        "error_message": None,
    }


def _make_error(error_type: str | None, message: str) -> dict[str, Any]:
    return _make(0, "Failed") | {
        "has_error": True,
        "error_type": error_type,
        "error_message": message or "The analysis failed.",
    }
