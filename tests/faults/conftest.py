"""A real queue server and real forking workers on the database of the test."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.db import connection
from redis import Redis

from studio.supervision import valkey

ROOT = Path(__file__).parent.parent.parent
WAIT_SECONDS = 200


class QueueServer:
    def __init__(self):
        self.process = None

    def start(self):
        self.process = subprocess.Popen(valkey.server_command())
        valkey.wait_until_up()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def wipe(self):
        Redis(unix_socket_path=settings.VALKEY_SOCKET).flushall()


class Workers:
    """Processes of `manage.py`, on this test's database, queue and files."""

    def __init__(self):
        self.processes = []

    def start(self, *arguments):
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=os.environ
            | {
                "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "PYTHONPATH": str(ROOT),
                "OMP_NUM_THREADS": "1",
                "OMP_WAIT_POLICY": "PASSIVE",
            },
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def stop(self):
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def queue_server():
    server = QueueServer()
    server.start()
    yield server
    server.wipe()
    server.kill()


@pytest.fixture
def workers(transactional_db, queue_server):
    started = Workers()
    yield started
    started.stop()


def wait_until(condition, what, seconds=WAIT_SECONDS):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {seconds} s")


def horses_of(process):
    """The forked work-horses of a worker."""
    try:
        return psutil.Process(process.pid).children()
    except psutil.NoSuchProcess:
        return []
