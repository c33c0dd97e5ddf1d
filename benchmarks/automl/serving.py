"""Prediction speed of full and serving ensembles: `python -m benchmarks.automl.serving`.

Trains Regular on each set, then predicts many rows from file to file, each in a process of its
own. Without BENCH_DATA the sets are made up; with it BENCH_SETS names them, and their test rows
are repeated in a random order.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from automl.problem import REGRESSION
from benchmarks.automl import ours
from benchmarks.automl.data_sets import SUITES, DataSet, read_data_sets
from benchmarks.automl.jobs import Job
from benchmarks.automl.measured_run import fresh_folder, run_step
from benchmarks.automl.results import our_version
from benchmarks.automl.scale_sets import write_serving_sets
from benchmarks.automl.settings import Settings, read_settings
from benchmarks.automl.tables_of_speed import write_speed_report

STEPS = "benchmarks.automl.serving_steps"
# The full ensemble may be a hundred times slower; its memory is looked at with as many rows.
FULL_ROWS = 100_000
CHUNK_ROWS = 50_000


def main() -> None:
    settings = read_settings()
    results = [measure(data_set, settings) for data_set in _data_sets(settings)]
    print(write_speed_report(settings.out, our_version(), results))


def _data_sets(settings: Settings) -> list[DataSet]:
    if settings.data is None:
        folder = settings.out / "data"
        write_serving_sets(folder)
        return read_data_sets(folder, "serving", settings.sets)
    if not settings.sets:
        raise SystemExit("Name data sets with BENCH_SETS=…")
    found = [each for suite in SUITES for each in read_data_sets(settings.data, suite)]
    asked = [each for each in found if each.name in settings.sets]
    if any(each.problem_type == REGRESSION for each in asked):
        raise SystemExit("There are no serving ensembles for numbers: leave those sets out.")
    return asked


def measure(data_set: DataSet, settings: Settings) -> dict[str, Any]:
    """What each step answered, by its name."""
    folder = settings.out / "work" / f"serving-{data_set.name}"
    job = data_set.make_job(folder, options={"preset": "regular"})
    with fresh_folder(folder):
        fitted = _step("fit", job, module="benchmarks.automl.process")
        found = {"data_set": data_set.name, "fit": fitted}
        return found | (_text_steps(job) if _is_text(job) else _table_steps(job, settings))


def _table_steps(job: Job, settings: Settings) -> dict[str, Any]:
    """Both ensembles on few rows, the cheaper one on all."""
    few = _with_rows(job, "few.csv", min(FULL_ROWS, settings.n_rows))
    many = _with_rows(job, "many.csv", settings.n_rows)
    asked = {"full_few": (few, "full"), "few": (few, "serving"), "many": (many, "serving")}
    return {name: _serve(each, ensemble) for name, (each, ensemble) in asked.items()}


def _text_steps(job: Job) -> dict[str, Any]:
    return {"texts": _step("read_texts", job, module=STEPS)}


def _serve(job: Job, ensemble: str) -> dict[str, Any]:
    answer = _step("serve", replace(job, options={"ensemble": ensemble}), module=STEPS)
    predicted = pd.read_csv(
        job.folder / "predictions.csv",
        usecols=["Suggested Label"],
        dtype=str,
        keep_default_na=False,
    )
    truth = pd.read_csv(job.test_file, usecols=[job.label_column], dtype=str, keep_default_na=False)
    right = predicted["Suggested Label"].to_numpy() == truth[job.label_column].to_numpy()
    return answer | {"accuracy": float(right.mean())}


def _step(step: str, job: Job, *, module: str) -> dict[str, Any]:
    log_file = job.folder / f"{step}.log"
    log_file.write_text("")
    return run_step(step, job.write(), job, Path(sys.executable), log_file, module=module)


def _with_rows(job: Job, name: str, n_rows: int) -> Job:
    path = job.folder / name
    repeat_rows(job.test_file, path, n_rows)
    return replace(job, test_file=path)


def repeat_rows(source: Path, target: Path, n_rows: int, *, chunk_rows: int = CHUNK_ROWS) -> None:
    """So many rows of a CSV file, drawn with repeats in a seeded order."""
    rows = pd.read_csv(source, dtype=str, keep_default_na=False)
    rng = np.random.default_rng(0)
    for start in range(0, n_rows, chunk_rows):
        drawn = rng.integers(0, len(rows), min(chunk_rows, n_rows - start))
        mode = "a" if start else "w"
        rows.iloc[drawn].to_csv(target, index=False, header=not start, mode=mode)


def _is_text(job: Job) -> bool:
    """What the product took it for; a short text column may be one of a table."""
    return ours.load(job).predictor.modality == "text"


if __name__ == "__main__":
    main()
