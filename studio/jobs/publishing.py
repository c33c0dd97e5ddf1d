"""Ringing the bell: RQ carries the row's id and nothing else."""

import logging
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.job import Job as QueueEntry
from rq.job import JobStatus
from rq.serializers import JSONSerializer

from studio.models import Job

logger = logging.getLogger(__name__)


def publish_on_commit(job_id: UUID) -> None:
    transaction.on_commit(partial(publish, job_id), robust=True)


def publish(job_id: UUID) -> bool:
    """Tell the queue about a queued row. A failure costs a delay: the reconciler tries again."""
    job = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).first()
    if job is None:
        return False
    try:
        _enqueue(job)
    except RedisError as error:
        logger.warning("job %s waits: the queue does not answer (%s)", job.pk, type(error).__name__)
        return False
    Job.objects.filter(pk=job.pk, state=Job.State.QUEUED, attempt=job.attempt).update(
        published_at=timezone.now(), publish_count=F("publish_count") + 1
    )
    return True


def _enqueue(job: Job) -> None:
    queue = Queue(job.queue, connection=_quick_connection(job.queue), serializer=JSONSerializer)
    entry_id = f"{job.pk.hex}-{job.attempt}-{job.stage}"
    if _is_queued(entry_id, queue):
        return
    queue.enqueue(
        "studio.tasks.run_job",
        job.pk.hex,
        job_id=entry_id,
        job_timeout=-1,
        result_ttl=0,
        failure_ttl=settings.RQ["FAILURE_TTL"],
        description=f"{job.kind} {job.subject_id.hex}",
    )


def _is_queued(entry_id: str, queue: Queue) -> bool:
    """Whether the entry waits in the list. A stale one is dropped, so that it can be made anew."""
    try:
        entry = QueueEntry.fetch(entry_id, connection=queue.connection, serializer=JSONSerializer)
    except NoSuchJobError:
        return False
    if entry.get_status() == JobStatus.QUEUED and queue.get_job_position(entry) is not None:
        return True
    entry.delete()
    return False


def _quick_connection(queue_name: str) -> Redis:
    """A connection that gives up at once: a page must not wait for a queue that is down."""
    config: dict[str, Any] = settings.RQ_QUEUES[queue_name]
    quick: dict[str, Any] = {
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "retry": Retry(NoBackoff(), 0),
    }
    if "UNIX_SOCKET_PATH" in config:
        return Redis(unix_socket_path=config["UNIX_SOCKET_PATH"], db=config["DB"], **quick)
    return Redis(
        host=config["HOST"],
        port=config["PORT"],
        db=config["DB"],
        username=config["USERNAME"],
        password=config["PASSWORD"],
        ssl=config["SSL"],
        **quick,
    )
