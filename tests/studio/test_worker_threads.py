"""Threads are a setting, and libraries are told before they are loaded."""

import subprocess
import sys

from django.conf import settings as django_settings

from studio.supervision.supervisor import Supervisor

HEAVY = ("numpy", "pyarrow", "sklearn", "lightgbm", "onnxruntime")


def test_every_supervised_process_is_told_the_number_of_threads(settings):
    settings.THREADS_PER_WORKER = 3
    supervisor = Supervisor(host="localhost", port=1)
    for worker in [*supervisor.serving, *supervisor.workers]:
        assert worker.environment["OMP_NUM_THREADS"] == "3"
        assert worker.environment["OPENBLAS_NUM_THREADS"] == "3"
        assert worker.environment["OMP_WAIT_POLICY"] == "PASSIVE"


def test_a_worker_that_is_started_by_hand_tells_them_before_they_are_loaded():
    code = (
        "import sys, django; django.setup()\n"
        "from django.core.management import load_command_class\n"
        "load_command_class('studio', 'work')\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
