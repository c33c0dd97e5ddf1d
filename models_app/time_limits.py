"""What a time limit means for candidates: which begin first, and which do not begin at all."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from automl.errors import InputError
from models_app.models import CandidateModel, DeployedModel
from studio.models import Job
from studio.time_limits import about_duration, default_limit_seconds


def limit_seconds(model: DeployedModel, n_rows: int) -> int:
    if model.time_limit_minutes:
        return 60 * model.time_limit_minutes
    return default_limit_seconds(model.preset, n_rows)


def in_training_order(candidates: list[CandidateModel], limit: timedelta) -> list[CandidateModel]:
    """The costliest first, so that workers end together; the cheapest first where time is short."""
    needed = sum(candidate.estimated_seconds for candidate in candidates)
    is_short = needed / settings.WORKERS["training"] > limit.total_seconds() / 2
    return sorted(candidates, key=lambda c: (c.estimated_seconds, c.family), reverse=not is_short)


def has_contender(model_id: UUID) -> bool:
    """Whether there is a candidate that could be deployed."""
    return CandidateModel.objects.filter(
        deployed_model=model_id,
        role=CandidateModel.Role.FAMILY,
        status=CandidateModel.Status.READY,
    ).exists()


def check_time_left(job: Job, candidate: CandidateModel) -> None:
    """Do not begin what would not be done in time; without a contender anything may begin.

    Raises
    ------
    InputError
        `TIME_LIMIT`
    """
    stops = job.parent.stop_early_at if job.parent else None
    if stops is None or not has_contender(candidate.deployed_model_id):
        return
    left = (stops - timezone.now()).total_seconds()
    if candidate.estimated_seconds > left:
        needed = about_duration(candidate.estimated_seconds)
        raise InputError(
            "TIME_LIMIT",
            f"Left out: it would take about {needed}, and of the time limit "
            f"{about_duration(left) if left > 0 else 'nothing'} was left.",
        )
