import gc
import logging
import os
from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse
from django_rq import get_queue

from automl.threads import thread_environment
from studio.worker import JobWorker

# Imported before forking, so that each job does not pay seconds for them. Importing is safe;
# fitting or predicting here would make LightGBM's thread pool hang in every forked job.
PRELOADED = {
    "io": ("studio.ingestion", "studio.analysis", "inference.reading", "automl.preloaded"),
    "training": ("models_app.training", "studio.candidate_runs", "automl.preloaded"),
    "prediction": ("inference.prediction", "automl.preloaded"),
}
# What libraries import only when they are used.
LATE_MODULES = ("django.db.models.sql.compiler", "encodings.cp437", "pyarrow.pandas_compat")


class Command(BaseCommand):
    help = "Run a worker on one queue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("queue", choices=sorted(settings.RQ_QUEUES))
        parser.add_argument("--burst", action="store_true", help="End when the queue is empty.")

    def handle(self, *args: Any, **options: Any) -> None:
        # Read when numpy and OpenMP are loaded, which is below.
        os.environ.update(thread_environment(settings.THREADS_PER_WORKER))
        _prepare(options["queue"])
        logging.getLogger("rq").setLevel(logging.WARNING)
        # One queue only: with two, a worker that dies between pop and start loses the entry.
        queue = get_queue(options["queue"])
        JobWorker([queue], connection=queue.connection).work(
            burst=options["burst"], logging_level="WARNING"
        )


def _prepare(queue: str) -> None:
    """Once, what each job would otherwise do again."""
    for module in (*PRELOADED[queue], *LATE_MODULES):
        import_module(module)
    # Reads all addresses, for the links of messages.
    reverse("studio:home")
    # A job's collector would write to each of these objects, and so copy the memory they are in.
    gc.collect()
    gc.freeze()
