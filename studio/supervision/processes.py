"""One supervised process: started so that it cannot outlive us, restarted when it dies."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

PR_SET_PDEATHSIG = 1
FIRST_BACKOFF_SECONDS = 0.2
LAST_BACKOFF_SECONDS = 30.0
STABLE_SECONDS = 20.0


@dataclass
class Service:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    backoff_seconds: float = FIRST_BACKOFF_SECONDS
    started_at: float = 0.0
    restart_at: float | None = None

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.restart_at = None
        # A session of its own: Ctrl-C in the terminal reaches the supervisor alone.
        self.process = subprocess.Popen(
            self.command,
            env=os.environ | self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def keep_alive(self) -> int | None:
        """Start it again when its time has come; the exit status of a process just found dead."""
        if self.is_running:
            return None
        now = time.monotonic()
        if self.restart_at is None:
            if now - self.started_at > STABLE_SECONDS:
                self.backoff_seconds = FIRST_BACKOFF_SECONDS
            self.restart_at = now + self.backoff_seconds
            self.backoff_seconds = min(self.backoff_seconds * 2, LAST_BACKOFF_SECONDS)
            return self.process.returncode if self.process else None
        if now >= self.restart_at:
            self.start()
        return None

    def signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.is_running:
            self.process.send_signal(number)

    def kill_group(self) -> None:
        """The process and whatever it has forked."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
