"""What a model in the making is doing, in words: named steps and how far they are."""

from dataclasses import dataclass, field

from models_app.models import DeployedModel
from studio.jobs import latest_job
from studio.models import Job

POLL_FAST_SECONDS = 2


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


def model_progress(model: DeployedModel) -> ModelProgress | None:
    """None once the model is trained or has failed."""
    if model.status in {DeployedModel.Status.TRAINED, DeployedModel.Status.FAILED}:
        return None
    job = latest_job(model.pk)
    if job is None or (job.stage == 0 and job.state != Job.State.WAITING):
        return ModelProgress("(1/3) Initializing", (job and job.step) or "Waiting for a worker")
    children = {child.subject_id: child for child in job.children.all()}
    steps = [
        _candidate_step(candidate.title, children.get(candidate.pk))
        for candidate in model.candidates.order_by("role", "title")
    ]
    done = sum(child.is_final for child in children.values())
    if job.stage == 1:
        return ModelProgress("(3/3) Combining", job.step, done, len(children), steps)
    running = ", ".join(c.step for c in children.values() if c.state == "running" and c.step)
    return ModelProgress("(2/3) Training", running, done, len(children), steps)


def _candidate_step(title: str, job: Job | None) -> Step:
    if job is None:
        return Step(title, "waiting")
    states = {"queued": "waiting", "running": "running", "succeeded": "done"}
    return Step(title, states.get(job.state, "failed"), job.step if not job.is_final else "")
