"""Starting everything in order, keeping it alive, stopping it in order without losing work."""

import fcntl
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from django.conf import settings

from automl.threads import thread_environment
from studio.reconciler import release_leases
from studio.supervision import valkey
from studio.supervision.memory import WEB_MEMORY, WORKER_MEMORY
from studio.supervision.processes import Service

logger = logging.getLogger(__name__)

WARM_SECONDS = 3.0
COLD_SECONDS = 2.0
WEB_START_SECONDS = 60
TICK_SECONDS = 0.1


class AlreadyRunningError(RuntimeError):
    """Another supervisor works on the same data folder."""


class Supervisor:
    def __init__(self, *, host: str, port: int, has_web: bool = True) -> None:
        self.host, self.port = host, port
        self.owner = uuid.uuid4().hex[:12]
        self.stop_requested = threading.Event()
        environment = {
            "CLEANSET_SUPERVISOR": self.owner,
            "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
            "SERVING_TOKEN": settings.SERVING_TOKEN or secrets.token_urlsafe(32),
        } | thread_environment(settings.THREADS_PER_WORKER)
        self.queue = [] if settings.REDIS_URL else [Service("queue", valkey.server_command())]
        web = Service("web", _web_command(host, port), environment | WEB_MEMORY)
        self.web = [web] if has_web else []
        # By name: it belongs to a later app.
        self.serving = [Service("serving", _manage("serve_models"), environment)] if has_web else []
        self.reconciler = Service("reconciler", _manage("reconcile"), environment)
        self.workers = [
            Service(f"{name} worker", _manage("work", name), environment | WORKER_MEMORY)
            for name, count in settings.WORKERS.items()
            for _ in range(count)
        ]
        self._lock: IO[str] | None = None

    @property
    def services(self) -> list[Service]:
        return [*self.queue, *self.web, *self.serving, self.reconciler, *self.workers]

    def lock(self) -> None:
        self._lock = (Path(settings.DATA_DIR) / "up.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunningError(
                f"Another `up` already serves {settings.DATA_DIR}. Stop it first, or set DATA_DIR."
            ) from error

    def start(self) -> None:
        """The web first: a page is there while the workers still load their libraries."""
        for service in self.queue:
            service.start()
        if self.queue:
            valkey.wait_until_up()
        for service in self.web:
            service.start()
            self._wait_for_web(service)
        for service in (*self.serving, self.reconciler, *self.workers):
            service.start()

    def run_until_stopped(self) -> None:
        while not self.stop_requested.wait(TICK_SECONDS):
            for service in self.services:
                status = service.keep_alive()
                if status is not None:
                    logger.warning("%s ended with status %s; restarting", service.name, status)

    def stop(self) -> None:
        """Web, then workers (first asked to finish, then told to stop), then the rest."""
        _stop(self.web, WARM_SECONDS)
        _signal([*self.serving, *self.workers], signal.SIGTERM)
        if not _wait(self.workers, WARM_SECONDS):
            # The second signal makes RQ kill its work-horse; the lease is given back below.
            _signal(self.workers, signal.SIGTERM)
            _wait(self.workers, COLD_SECONDS)
        for service in self.workers:
            service.kill_group()
        _stop([*self.serving, self.reconciler], COLD_SECONDS)
        released = release_leases(self.owner)
        if released:
            logger.info("%s unfinished jobs go on at the next start", released)
        _stop(self.queue, COLD_SECONDS)
        if self._lock is not None:
            self._lock.close()

    def _wait_for_web(self, service: Service) -> None:
        deadline = time.monotonic() + WEB_START_SECONDS
        while time.monotonic() < deadline and not self.stop_requested.is_set():
            if not service.is_running:
                raise RuntimeError(f"The web server did not start; is port {self.port} in use?")
            with socket.socket() as probe:
                probe.settimeout(0.5)
                if probe.connect_ex((self.host, self.port)) == 0:
                    return
            time.sleep(0.05)


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]


def _web_command(host: str, port: int) -> list[str]:
    options = {
        "--bind": f"{host}:{port}",
        "--worker-class": "gthread",
        "--workers": "1",
        "--threads": str(settings.WEB_THREADS),
        "--timeout": "120",
        "--graceful-timeout": "3",
        "--log-level": "warning",
    }
    flat = [part for pair in options.items() for part in pair]
    # Nobody speaks to it, and it would stand in the home folder of whoever starts this.
    flat += ["--no-control-socket", "--chdir", str(settings.BASE_DIR)]
    return [sys.executable, "-m", "gunicorn", *flat, "studio.wsgi:application"]


def _signal(services: Iterable[Service], number: signal.Signals) -> None:
    for service in services:
        service.signal(number)


def _wait(services: list[Service], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(service.is_running for service in services):
            return True
        time.sleep(0.05)
    return not any(service.is_running for service in services)


def _stop(services: list[Service], seconds: float) -> None:
    _signal(services, signal.SIGTERM)
    _wait(services, seconds)
    for service in services:
        service.kill_group()
