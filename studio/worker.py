"""The RQ worker of this product: one queue, a work-horse that dies with its parent, own lease."""

import ctypes
import logging
import os
import signal
import sys
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction
from rq import Queue, Worker
from rq.job import Job as QueueEntry

from studio.jobs import transitions
from studio.models import Job

logger = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
HORSE_NICENESS = 15


class JobWorker(Worker):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("job_monitoring_interval", 5)
        kwargs.setdefault("maintenance_interval", 60)
        kwargs.setdefault("worker_ttl", 40)
        kwargs.setdefault("serializer", "rq.serializers.JSONSerializer")
        super().__init__(*args, **kwargs)

    def get_heartbeat_ttl(self, job: QueueEntry) -> int:
        # Constant: the stock value falls below zero for a late job and deletes its record.
        return max(int(settings.JOB_LEASE_SECONDS), 20)

    def fork_work_horse(self, job: QueueEntry, queue: Queue) -> None:
        self._parent_pid = os.getpid()
        connections.close_all()
        super().fork_work_horse(job, queue)

    def main_work_horse(self, job: QueueEntry, queue: Queue) -> None:
        self._die_with_parent()
        os.nice(HORSE_NICENESS)
        super().main_work_horse(job, queue)

    def _die_with_parent(self) -> None:
        if sys.platform != "linux":
            return
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self._parent_pid:
            os._exit(1)

    def handle_work_horse_killed(
        self, job: QueueEntry, retpid: int, ret_val: int, rusage: Any
    ) -> None:
        """Tell the row at once, instead of waiting for its lease to end."""
        row_hex, attempt, _stage = job.id.split("-")
        with transaction.atomic():
            row = Job.objects.filter(
                pk=UUID(row_hex), state=Job.State.RUNNING, attempt=int(attempt) + 1
            ).first()
            if row is not None:
                logger.warning("job %s lost its process (status %s)", row.pk, ret_val)
                transitions.lose_worker(row)
        connections.close_all()
