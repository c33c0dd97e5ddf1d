"""What a time limit means for candidates: which begin first, and which do not begin at all."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from automl.errors import InputError
from models_app.models import CandidateModel, DeployedModel
from studio.jobs import STOPPED
from studio.models import Job
from studio.time_limits import about_duration, default_limit_seconds


def limit_seconds(model: DeployedModel, n_rows: int) -> int:
    if model.time_limit_minutes:
        return 60 * model.time_limit_minutes
    return default_limit_seconds(model.preset, n_rows)


def in_training_order(candidates: list[CandidateModel], limit: timedelta) -> list[CandidateModel]:
    """Baselines and a quick one, so that there soon is something to keep; then the costliest, so
    that workers end together. Where time is short: the cheapest first."""
    by_cost = sorted(candidates, key=lambda c: (c.estimated_seconds, c.family))
    baselines = [c for c in by_cost if c.role == CandidateModel.Role.BASELINE]
    contenders = [c for c in by_cost if c.role != CandidateModel.Role.BASELINE]
    needed = sum(c.estimated_seconds for c in candidates)
    if needed / settings.WORKERS["training"] <= limit.total_seconds() / 2:
        contenders = contenders[:1] + contenders[:0:-1]
    return baselines + contenders


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
        `TIME_LIMIT`, or `STOPPED` where there is no time at all
    """
    stops = job.parent.stop_early_at if job.parent else None
    if stops is None or not has_contender(candidate.deployed_model_id):
        return
    left = (stops - timezone.now()).total_seconds()
    if left <= 0:
        raise InputError(STOPPED.code, STOPPED.message)
    if candidate.estimated_seconds > left:
        needed = about_duration(candidate.estimated_seconds)
        raise InputError(
            "TIME_LIMIT",
            f"Left out: it would take about {needed}, and {about_duration(left)} of the time "
            "limit was left.",
        )
