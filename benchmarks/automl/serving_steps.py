"""The measured process of `bench-serving`: `python -m benchmarks.automl.serving_steps STEP JOB N`.

N is the core. Answers in STEP.json, as benchmarks.automl.process does for the other suites.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa

from automl.features.text import read_texts
from automl.prediction_file import match_columns, write_predictions
from automl.predictor import Predictor
from automl.tables import open_table
from benchmarks.automl import ours
from benchmarks.automl.jobs import Job

# Turns, so that noise from outside meets the encoder and the predictor alike.
N_TEXTS, N_TURNS = 1_000, 4


def main(step: str, job: Job) -> None:
    answer = {"serve": serve, "read_texts": compare_with_encoder}[step](job)
    (job.folder / f"{step}.json").write_text(json.dumps(answer))


def serve(job: Job) -> dict[str, Any]:
    """From a file to a file, as a prediction job does; loading the predictor is counted apart."""
    started = time.perf_counter()
    predictor = ours.load(job).predictor
    load_seconds = time.perf_counter() - started
    if job.options["ensemble"] == "serving":
        predictor = predictor.for_serving()
    before = time.process_time()
    with open_table(job.test_file, file_name=job.test_file.name) as table:
        n_rows = write_predictions(predictor, table, job.folder / "predictions.csv")
    seconds = time.process_time() - before
    return {
        "n_rows": n_rows,
        "rows_per_cpu_second": n_rows / seconds,
        "load_wall_seconds": load_seconds,
        "families": [member.family for member in predictor.members],
    }


def compare_with_encoder(job: Job) -> dict[str, Any]:
    """Texts a second of the whole predictor and of its encoder alone, turn by turn."""
    predictor = ours.load(job).predictor
    table = _read_features(predictor, job).slice(0, N_TEXTS)
    encoder = predictor.text_encoders.of(predictor.schema)[0]
    # What is made at the first use is not counted.
    predictor.predict_proba(table.slice(0, 1))
    whole = bare = 0.0
    size = -(-table.num_rows // N_TURNS)
    for start in range(0, table.num_rows, size):
        part = table.slice(start, size)
        texts = read_texts(part.column(0))
        before = time.process_time()
        encoder.encode(texts)
        between = time.process_time()
        predictor.suggested_labels(predictor.predict_proba(part))
        bare, whole = bare + between - before, whole + time.process_time() - between
    return {
        "n_texts": table.num_rows,
        "bare_texts_per_cpu_second": table.num_rows / bare,
        "texts_per_cpu_second": table.num_rows / whole,
    }


def _read_features(predictor: Predictor, job: Job) -> pa.Table:
    with open_table(job.test_file, file_name=job.test_file.name) as table:
        positions = match_columns(predictor.schema, table.columns)
        rows = pa.Table.from_batches(list(table.batches()))
    return ours.select_columns(rows, positions)


if __name__ == "__main__":
    # The core is chosen before any library counts the cores it may use.
    os.sched_setaffinity(0, {int(sys.argv[3])})
    main(sys.argv[1], Job.read(Path(sys.argv[2])))
