import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from automl.threads import thread_environment

GRACEFUL_SECONDS = 2


class Command(BaseCommand):
    help = "Keep predictors loaded and answer small predictions of the web process."

    def handle(self, *args: Any, **options: Any) -> None:
        # Read when numpy and OpenMP are loaded: by gunicorn's worker, which never forks.
        os.environ.update(thread_environment(settings.THREADS_PER_WORKER))
        os.chdir(settings.BASE_DIR)
        command = [sys.executable, "-m", "gunicorn", *_options(), "inference.serving_wsgi"]
        os.execv(sys.executable, command)  # noqa: S606 - no shell is wanted


def _options() -> list[str]:
    options = {
        "--bind": f"unix:{settings.SERVING_SOCKET}",
        "--umask": "0o077",
        "--worker-class": "gthread",
        "--workers": "1",
        "--threads": str(settings.SERVING_THREADS),
        "--timeout": "120",
        "--graceful-timeout": str(GRACEFUL_SECONDS),
        "--log-level": "warning",
    }
    flat = [part for pair in options.items() for part in pair]
    return [*flat, "--no-control-socket"]
