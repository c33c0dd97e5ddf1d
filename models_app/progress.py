"""What a model in the making is doing, in words: named steps and how far they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from models_app.models import CandidateModel, DeployedModel
from studio.jobs import latest_job
from studio.models import Job
from studio.time_limits import about_duration


@dataclass(frozen=True)
class Step:
    name: str
    state: str
    detail: str = ""


@dataclass(frozen=True)
class ModelProgress:
    """`headline` as in "(2/3) Training"; done of total parts; steps with their states."""

    headline: str
    detail: str = ""
    done: int = 0
    total: int = 0
    steps: list[Step] = field(default_factory=list)
    is_stopping: bool = False


def model_progress(model: DeployedModel) -> ModelProgress | None:
    """None once the model is trained or has failed."""
    if model.status in {DeployedModel.Status.TRAINED, DeployedModel.Status.FAILED}:
        return None
    job = latest_job(model.pk)
    if job is None or (job.stage == 0 and job.state != Job.State.WAITING):
        return ModelProgress("(1/3) Initializing", (job and job.step) or "Waiting for a worker")
    children = {child.subject_id: child for child in job.children.all()}
    candidates = list(model.candidates.order_by("role", "title"))
    steps = [_candidate_step(c.title, children.get(c.pk)) for c in candidates]
    done = sum(child.is_final for child in children.values())
    if job.stage == 1:
        return ModelProgress("(3/3) Combining", job.step, done, len(children), steps)
    return ModelProgress(
        "(2/3) Training",
        _training_detail(candidates, children),
        done,
        len(children),
        steps,
        is_stopping=job.stop_early_at is not None and job.stop_early_at <= timezone.now(),
    )


def seconds_left(candidates: list[CandidateModel], children: Mapping[UUID, Job]) -> float:
    """By the estimates, corrected by how long the finished ones really took."""
    pairs = [(c.estimated_seconds, children[c.pk]) for c in candidates if c.pk in children]
    finished = [(estimate, job) for estimate, job in pairs if job.state == Job.State.SUCCEEDED]
    # One second each keeps very short ones from deciding.
    took = 1 + sum(_elapsed(job) for _, job in finished)
    pace = took / (1 + sum(estimate for estimate, _ in finished))
    left = [
        max(pace * estimate - (_elapsed(job) if job.state == Job.State.RUNNING else 0), 1.0)
        for estimate, job in pairs
        if not job.is_final
    ]
    return max(sum(left) / settings.WORKERS["training"], *left) if left else 0.0


def _elapsed(job: Job) -> float:
    assert job.started_at is not None
    return ((job.finished_at or timezone.now()) - job.started_at).total_seconds()


def _training_detail(candidates: list[CandidateModel], children: Mapping[UUID, Job]) -> str:
    running = [c.step for c in children.values() if c.state == Job.State.RUNNING and c.step]
    left = seconds_left(candidates, children)
    return " · ".join([*([f"About {about_duration(left)} left"] if left else []), *running])


def _candidate_step(title: str, job: Job | None) -> Step:
    if job is None:
        return Step(title, "waiting")
    states = {"queued": "waiting", "running": "running", "succeeded": "done"}
    return Step(title, states.get(job.state, "failed"), job.step if not job.is_final else "")
