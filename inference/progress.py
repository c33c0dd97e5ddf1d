"""What a prediction is doing, in words: how many rows are done, and how long it will take."""

from dataclasses import dataclass

from django.utils import timezone

from inference.models import InferenceResult
from studio.jobs import latest_job
from studio.models import Job
from studio.time_limits import about_duration

Status = InferenceResult.Status
WORDS = {
    Status.CHECKING: "(1/3) Reading the file",
    Status.QUEUED: "(2/3) Waiting for a worker",
    Status.PREDICTING: "(2/3) Inferring",
}
# Before that a guess of what is left would jump about.
MIN_SECONDS, MIN_SHARE = 3.0, 0.02


@dataclass(frozen=True)
class ResultProgress:
    headline: str
    step: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None

    @property
    def detail(self) -> str:
        rows = f"{self.done:,} of {self.total:,} rows" if self.total else self.step
        if self.seconds_left is None:
            return rows
        return f"{rows} · about {about_duration(self.seconds_left)} left"


def result_progress(result: InferenceResult) -> ResultProgress | None:
    """None where nothing is being done."""
    if result.status not in WORDS:
        return None
    headline = WORDS[Status(result.status)]
    job = latest_job(result.pk)
    if job is None:
        return ResultProgress(headline)
    if result.status == Status.CHECKING:
        return ResultProgress(headline, f"{job.done:,} rows so far" if job.done else job.step)
    if job.stage == 1:
        return ResultProgress("(3/3) Joining", job.step)
    done = _count_done(result, job)
    return ResultProgress(
        headline, job.step, done, result.n_rows if done else 0, _seconds_left(job, done, result)
    )


def _count_done(result: InferenceResult, job: Job) -> int:
    if job.state != Job.State.WAITING:
        return min(job.done, result.n_rows)
    rows = dict(result.slices.values_list("pk", "n_rows"))
    return sum(
        rows.get(child.subject_id, 0) if child.state == Job.State.SUCCEEDED else child.done
        for child in job.children.all()
    )


def _seconds_left(job: Job, done: int, result: InferenceResult) -> float | None:
    if job.started_at is None or done < MIN_SHARE * result.n_rows:
        return None
    elapsed = (timezone.now() - job.started_at).total_seconds()
    if elapsed < MIN_SECONDS:
        return None
    return elapsed * (result.n_rows - done) / done
