"""The product as a newcomer starts it: `manage.py up`, with its real queue and workers."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
MAKE_USER = "from studio.models import User; User.objects.create_user({email!r}, {password!r})"


class Studio:
    """One running product: where it answers, where it keeps its data, and its process."""

    def __init__(self, data_dir, **environment):
        self.data_dir = data_dir
        self.port = _free_port()
        self.url = f"http://localhost:{self.port}"
        self.environment = {
            key: value
            for key, value in os.environ.items()
            if key not in {"DATA_DIR", "SECRET_KEY", "DATABASE_URL"}
        } | {
            "DATA_DIR": str(data_dir),
            "DJANGO_SETTINGS_MODULE": "studio.settings",
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.process = None
        self.first_admin_link = None

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for line in self.process.stdout:
            link = re.search(r"http\S+/\S{20,}", line)
            if link:
                self.first_admin_link = link.group()
            if "Ctrl-C" in line:
                return self
        raise AssertionError(f"`up` ended with {self.process.wait()}")

    def stop(self):
        """Ctrl-C; the seconds it took are for the caller, leftovers are an error."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=15)
        _, alive = psutil.wait_procs(family, timeout=1)
        assert alive == []

    def manage(self, *arguments):
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def make_user(self, email, password):
        self.manage("shell", "--no-imports", "-c", MAKE_USER.format(email=email, password=password))

    def make_key(self, email, *options):
        return self.manage("create_api_key", email, *options).strip()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
