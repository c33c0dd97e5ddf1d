"""Where the processor time of predictions goes: the steps of each job, timed while it works.

The product runs with `benchmarks.watched_settings`, which add this app: each job then leaves how
long its steps took. So they are of the same run as the time of all processes.
"""

import json
import os
import sys
import time
from collections import Counter
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from uuid import uuid4

from django.apps import AppConfig

# What makes features, and what does arithmetic with them; everything else is around it.
CORE = ("features", "members and pool", "novelty")
READING, LOADING, REST = "reading the upload", "loading the model", "ending jobs"
JOINING, COUNTING = "joining slices", "counting, evaluating"

# Steps within these count for them: the model is tried on its golden rows, for example.
WHOLE = {READING, LOADING, JOINING, COUNTING}
STEPS = [
    ("inference.reading", "read_file", READING),
    ("inference.prediction", "load_predictor", LOADING),
    ("automl.predictor.Predictor", "for_serving", LOADING),
    ("inference.prediction", "predict_rows", "labels, confidence, comparison"),
    ("studio.parquet_writing.PartsWriter", "write", "writing predictions"),
    ("inference.prediction", "_join", JOINING),
    ("inference.outcome.OutcomeCounts", "facts", COUNTING),
    ("inference.prediction", "describe_rows", COUNTING),
    ("inference.prediction", "store_evaluation", COUNTING),
    ("pyarrow.parquet.ParquetFile", "read_row_group", "reading stored rows"),
    ("automl.prediction_table", "encode_features", "features"),
    ("automl.predictor.Predictor", "_read", "features"),
    ("automl.predictor.Predictor", "_predict", "members and pool"),
    ("automl.novelty.NoveltyReference", "percentiles_of", "novelty"),
    ("automl.prediction_table", "find_row_warnings", "warnings and drift"),
    ("automl.drift.BatchProfile", "of", "warnings and drift"),
]


class WatchedProduct(AppConfig):
    name = "benchmarks"

    def ready(self):
        from studio.jobs import execution

        execute = execution.execute

        def watched(job_id, **options):
            watch = Stopwatch()
            _watch_steps(watch)
            with watch.step(REST):
                execute(job_id, **options)
            path = _folder() / f"{uuid4().hex}.json"
            path.write_text(json.dumps(watch.seconds))

        execution.execute = watched


def forget_steps():
    for path in _folder().iterdir():
        path.unlink()


def read_steps():
    """Processor seconds of each step since they were forgotten, of all jobs that have ended."""
    return sum((Counter(json.loads(path.read_text())) for path in _folder().iterdir()), Counter())


def _folder():
    folder = Path(os.environ["DATA_DIR"]) / "steps"
    folder.mkdir(exist_ok=True)
    return folder


class Stopwatch:
    """Seconds of a step that runs inside another count for the inner one alone."""

    def __init__(self):
        self.seconds = Counter()
        self._steps = []

    @contextmanager
    def step(self, name):
        if WHOLE.intersection(self._steps):
            yield
            return
        self._book()
        self._steps.append(name)
        try:
            yield
        finally:
            self._book()
            self._steps.pop()

    def _book(self):
        now = time.process_time()
        if self._steps:
            self.seconds[self._steps[-1]] += now - self._since
        self._since = now


def _watch_steps(watch):
    """For good: a job has its process for itself. What it has not imported it does not use."""
    for owner_name, name, step in STEPS:
        owner = _find(owner_name)
        if owner is None:
            continue
        found = vars(owner)[name]
        timed = _timed(watch, step, getattr(owner, name))
        setattr(owner, name, staticmethod(timed) if isinstance(found, classmethod) else timed)


def _find(name):
    """A module, or a class in one."""
    module, _, last = name.rpartition(".")
    return (
        getattr(sys.modules.get(module), last, None) if last[0].isupper() else sys.modules.get(name)
    )


def _timed(watch, step, function):
    @wraps(function)
    def timed(*args, **options):
        with watch.step(step):
            return function(*args, **options)

    return timed
