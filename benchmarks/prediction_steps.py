"""Where the time of a prediction goes: rows of a slice through the same functions, each timed."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory

import django

from automl.threads import thread_environment

# What makes features, and what does arithmetic with them; everything else is around it.
CORE = ("features", "members and pool", "novelty")
N_ROWS = 100_000


def time_steps(result):
    """Processor seconds of each step, for all rows of the result; in a process with one thread."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.prediction_steps", result.pk.hex],
        env=os.environ | thread_environment(1),
        stdout=subprocess.PIPE,
        check=True,
    )
    n_timed = min(result.n_rows, N_ROWS)
    return {name: s * result.n_rows / n_timed for name, s in json.loads(done.stdout).items()}


def main():
    """The first rows of the file, after some that are not timed: what is done once is no part."""
    from inference.models import InferenceResult

    result = InferenceResult.objects.get(pk=sys.argv[1])
    watch = Stopwatch()
    with TemporaryDirectory() as folder:
        predict = _Prediction(result, Path(folder) / "predictions.parquet", watch)
        predict.run(N_ROWS // 10)
        watch.seconds.clear()
        with _watched(watch):
            predict.run(N_ROWS)
    print(json.dumps(watch.seconds))


class Stopwatch:
    """Seconds of a step that runs inside another count for the inner one alone."""

    def __init__(self):
        self.seconds = Counter()
        self._steps = []

    @contextmanager
    def step(self, name):
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


class _Prediction:
    """As the worker does it (inference/prediction.py), without its job."""

    def __init__(self, result, target, watch):
        from automl.predictor import Predictor
        from studio.files import local_path
        from studio.text_encoders import text_encoders

        self.result, self.target, self.watch = result, target, watch
        path = local_path(result.deployed_model.predictor_file)
        predictor = Predictor.load(path, text_encoders=text_encoders())
        self.predictor = predictor.for_serving() if result.answered_by == "serving" else predictor
        self.table = local_path(result.table_file)

    def run(self, n_rows):
        from automl import prediction_table
        from inference.reading import GROUP_ROWS
        from studio.parquet_reading import read_between
        from studio.parquet_writing import write_parts

        step = self.watch.step
        parts = read_between(self.table, 0, n_rows)
        with write_parts(self.target, GROUP_ROWS) as target:
            while True:
                with step("reading stored rows"):
                    rows = next(parts, None)
                if rows is None:
                    return
                with step("labels, confidence, comparison"):
                    predicted, _ = prediction_table.predict_rows(
                        self.predictor,
                        rows,
                        self.result.positions,
                        label_position=self.result.label_position,
                    )
                with step("writing predictions"):
                    target.write(predicted)


@contextmanager
def _watched(watch):
    from automl import prediction_table
    from automl.drift import BatchProfile
    from automl.novelty import NoveltyReference
    from automl.predictor import Predictor

    steps = [
        (prediction_table, "encode_features", "features"),
        (Predictor, "_read", "features"),
        (Predictor, "_predict", "members and pool"),
        (NoveltyReference, "percentiles_of", "novelty"),
        (prediction_table, "find_row_warnings", "warnings and drift"),
        (BatchProfile, "of", "warnings and drift"),
    ]
    kept = [(owner, name, vars(owner)[name]) for owner, name, _ in steps]
    for owner, name, step in steps:
        setattr(owner, name, _timed(watch, step, getattr(owner, name)))
    try:
        yield
    finally:
        for owner, name, function in kept:
            setattr(owner, name, function)


def _timed(watch, step, function):
    @wraps(function)
    def timed(*args, **options):
        with watch.step(step):
            return function(*args, **options)

    return timed


if __name__ == "__main__":
    django.setup()
    main()
