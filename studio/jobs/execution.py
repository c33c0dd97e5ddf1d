"""Running one job in a worker process: claim, heartbeat, work, and one transaction at the end."""

import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DatabaseError, OperationalError, connections, transaction
from django.utils import timezone

from automl.errors import InputError
from studio import full_disk, storage_errors
from studio.files import claim_files, discard_files, purge_files_later, put_file
from studio.full_disk import is_disk_full
from studio.models import Job, StoredFile
from studio.storage_errors import StorageUnavailableError

from . import transitions
from .kinds import Finished, JobFailure, Outcome, Split, get_kind
from .publishing import publish_on_commit
from .scratch import scratch_folder, scratch_path

logger = logging.getLogger(__name__)

FENCED_EXIT = 75
LEAVE_SECONDS = 2
PROGRESS_SECONDS = 0.5
RETRY_SECONDS = (5, 30, 120)
TRANSIENT = (OperationalError, ConnectionError, TimeoutError)


@dataclass
class JobRun:
    """What the worker side of a kind gets: the job, a scratch folder, files and progress."""

    job: Job
    folder: Path
    files: list[StoredFile] = field(default_factory=list)
    # Its last transaction has begun. That looks at the lease itself and may take long, in which
    # time nobody else can write, the heartbeat neither.
    is_ending: bool = False
    _last_report: float = 0.0
    _last_step: str = ""

    @property
    def subject_id(self) -> UUID:
        return self.job.subject_id

    def put_file(self, kind: str, path: Path) -> StoredFile:
        """Store an artefact; it is kept only if this run ends well."""
        stored = put_file(kind, path, workspace=self.job.workspace)
        self.files.append(stored)
        return stored

    def progress(self, step: str, done: int = 0, total: int = 0) -> None:
        now = time.monotonic()
        is_last = 0 < total <= done
        is_soon = now - self._last_report < PROGRESS_SECONDS
        if step == self._last_step and is_soon and not is_last:
            return
        self._last_step, self._last_report = step, now
        Job.objects.filter(pk=self.job.pk, token=self.job.token).update(
            step=step[:100], done=max(done, 0), total=max(total, 0)
        )


def execute(job_id: UUID, *, has_heartbeat: bool = True) -> None:
    """Run a queued job to its end. Does nothing when somebody else was faster."""
    job = transitions.claim(job_id, worker_name())
    if job is None:
        return
    run = JobRun(job, scratch_path(job))
    with _heartbeat(run) if has_heartbeat else _no_heartbeat():
        _work(run)


def worker_name() -> str:
    """Names the supervisor (to give back its leases when it stops) and this process."""
    owner = os.environ.get("CLEANSET_SUPERVISOR", socket.gethostname())
    return f"{owner}:{os.getpid()}"[:100]


def _work(run: JobRun) -> None:
    kind = get_kind(run.job.kind)
    try:
        with scratch_folder(run.job):
            outcome = kind.join(run) if run.job.stage and kind.join else kind.run(run)
            if not _finish(run, outcome):
                _drop_files(run)
    except InputError as error:
        _fail(run, JobFailure(error.code, error.message, error.line, error.column))
    except MemoryError:
        _drop_files(run)
        with transaction.atomic():
            transitions.lose_worker(run.job)
    except Exception as error:
        _end_badly(run, error)


def _end_badly(run: JobRun, error: Exception) -> None:
    if is_disk_full(error):
        logger.error("job %s: %s (%s)", run.job.pk, full_disk.CODE, error)
        _fail(run, JobFailure(full_disk.CODE, full_disk.MESSAGE))
    elif isinstance(error, TRANSIENT):
        _try_again(run, error)
    else:
        reference = uuid4().hex[:8]
        logger.error("job %s failed, reference %s", run.job.pk, reference, exc_info=error)
        _fail(run, _internal_failure(reference))


def _finish(run: JobRun, outcome: Outcome) -> bool:
    run.is_ending = True
    with transaction.atomic():
        if isinstance(outcome, Split):
            return _split(run, outcome)
        return _succeed(run, outcome)


def _succeed(run: JobRun, outcome: Finished) -> bool:
    if not transitions.end_run(run.job, Job.State.SUCCEEDED, finished_at=timezone.now()):
        return False
    claim_files(run.files)
    outcome.apply()
    transitions.join_parent(run.job)
    return True


def _split(run: JobRun, outcome: Split) -> bool:
    if not transitions.end_run(run.job, Job.State.WAITING):
        return False
    claim_files(run.files)
    outcome.apply()
    job = run.job
    # A stop that somebody asked for in the meantime stands.
    unlimited = Job.objects.filter(pk=job.pk, stop_early_at__isnull=True)
    unlimited.update(stop_early_at=outcome.stop_early_at)
    for kind_key, subject_id in outcome.children:
        transitions.start_job(kind_key, subject_id, workspace=job.workspace, parent=job)
    if not outcome.children:
        Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED, stage=1, published_at=None)
        publish_on_commit(job.pk)
    return True


def _drop_files(run: JobRun) -> None:
    """Of what is not kept nothing may stand in the way of saying how the run ended."""
    try:
        discard_files(run.files)
    except StorageUnavailableError as error:
        logger.warning("job %s: its files are swept later: %s", run.job.pk, error)
        purge_files_later(run.files)


def _fail(run: JobRun, failure: JobFailure) -> None:
    _drop_files(run)
    transitions.fail_job(run.job, failure)


def _try_again(run: JobRun, error: Exception) -> None:
    _drop_files(run)
    attempt = run.job.attempt
    logger.warning("job %s, attempt %s: %s: %s", run.job.pk, attempt, type(error).__name__, error)
    if attempt > len(RETRY_SECONDS):
        transitions.fail_job(run.job, _give_up(run, error))
        return
    with transaction.atomic():
        transitions.requeue(run.job, delay_seconds=RETRY_SECONDS[attempt - 1])


def _give_up(run: JobRun, error: Exception) -> JobFailure:
    reference = uuid4().hex[:8]
    logger.error("job %s gave up, reference %s", run.job.pk, reference, exc_info=error)
    if isinstance(error, StorageUnavailableError):
        return JobFailure(storage_errors.CODE, storage_errors.MESSAGE)
    return _internal_failure(reference)


def _internal_failure(reference: str) -> JobFailure:
    return JobFailure(
        "INTERNAL",
        f"Something went wrong on our side, not in your data. Nothing was lost; try again, or "
        f"give the operator the reference {reference}.",
    )


@contextmanager
def _no_heartbeat() -> Iterator[None]:
    yield


@contextmanager
def _heartbeat(run: JobRun) -> Iterator[None]:
    """Renew the lease beside the work; without it this process must not write any more."""
    stop = threading.Event()
    thread = threading.Thread(target=_beat_until, args=(run, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _beat_until(run: JobRun, stop: threading.Event) -> None:
    job = run.job
    last_success = time.monotonic()
    try:
        while not stop.wait(settings.JOB_BEAT_SECONDS):
            try:
                if not transitions.beat(job.pk, job.token):  # type: ignore[arg-type]
                    _leave(run, stop)
                    continue
                last_success = time.monotonic()
            except DatabaseError:
                logger.warning("job %s: the database does not answer its heartbeat", job.pk)
                is_late = time.monotonic() - last_success > settings.JOB_LEASE_SECONDS
                if is_late and not run.is_ending:
                    os._exit(FENCED_EXIT)
    finally:
        connections.close_all()


def _leave(run: JobRun, stop: threading.Event) -> None:
    """The lease is gone or the job was cancelled: stop now, whatever the work is doing."""
    job = run.job
    current = Job.objects.filter(pk=job.pk).first()
    if current and current.token == job.token and current.cancel_requested_at:
        transitions.end_cancelled(current)
    # Most often it is the main thread that has just ended the run: let it stop this thread.
    if not stop.wait(LEAVE_SECONDS) and not run.is_ending:
        os._exit(FENCED_EXIT)
