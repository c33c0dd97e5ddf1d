"""When a worker whose lease cannot be renewed must stop, and when it must not."""

import threading
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.db.models.manager import EmptyManager

from studio.jobs import execution
from studio.jobs.execution import FENCED_EXIT, JobRun


class LeftError(Exception):
    pass


@pytest.fixture
def run(monkeypatch, settings):
    def leave(code):
        raise LeftError(code)

    def refuse(*_):
        raise OperationalError("database is locked")

    monkeypatch.setattr(execution.os, "_exit", leave)
    monkeypatch.setattr(execution.transitions, "beat", refuse)
    monkeypatch.setattr(execution.connections, "close_all", lambda: None)
    settings.JOB_BEAT_SECONDS, settings.JOB_LEASE_SECONDS = 0.01, 0.03
    return JobRun(SimpleNamespace(pk=uuid4(), token=uuid4()), Path())


def test_a_worker_without_a_lease_leaves(run):
    with pytest.raises(LeftError, match=str(FENCED_EXIT)):
        execution._beat_until(run, threading.Event())


@pytest.mark.parametrize("answer", ["refused", "not ours"])
def test_its_own_last_transaction_is_no_reason_to_leave(answer, run, monkeypatch):
    if answer == "not ours":
        # The job has ended, and the database is still busy with what it wrote.
        monkeypatch.setattr(execution.transitions, "beat", lambda *_: False)
        monkeypatch.setattr(execution, "LEAVE_SECONDS", 0.01)
        monkeypatch.setattr(execution.Job, "objects", EmptyManager(execution.Job))
    run.is_ending = True
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    execution._beat_until(run, stop)
