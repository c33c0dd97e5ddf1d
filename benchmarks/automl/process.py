"""The measured process: `python -m benchmarks.automl.process fit|predict JOB.json CORE`.

Runs in the environment of the tool, so it needs the standard library and numpy alone.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.automl.jobs import Job, Predictions
from benchmarks.automl.measuring import core_share, folder_bytes, tree_cpu_seconds

# Short predictions are repeated until the clock's ticks no longer matter.
MIN_PREDICT_SECONDS = 1.0
MAX_REPEATS = 20


def main(step: str, job: Job) -> None:
    tool = import_module(f"benchmarks.automl.{job.module}")
    answer = {"fit": fit, "predict": predict}[step](tool, job)
    (job.folder / f"{step}.json").write_text(json.dumps(answer))


def fit(tool: Any, job: Job) -> dict[str, Any]:
    """From the file to the saved artefact."""
    job.model_folder.mkdir()
    share = core_share()
    if job.time_limit is not None:
        # Limits of peers are of the clock: on a busy core they would get less than they are owed.
        job = replace(job, time_limit=job.time_limit / share)
    started = time.monotonic()
    displayed, seconds = _measure(lambda: tool.fit(job))
    return asdict(displayed) | {
        "cpu_seconds": seconds,
        "wall_seconds": time.monotonic() - started,
        "artefact_bytes": folder_bytes(job.model_folder),
        "core_share": share,
    }


def predict(tool: Any, job: Job) -> dict[str, Any]:
    """From rows in memory to labels and probabilities, by what was loaded from disk."""
    model = tool.load(job)
    rows = tool.read_rows(model, job)
    predictions: Predictions = tool.predict(model, rows)
    predictions.write(job.predictions_file)
    seconds, n_times = 0.0, 0
    while seconds < MIN_PREDICT_SECONDS and n_times < MAX_REPEATS:
        seconds += _measure(lambda: tool.predict(model, rows))[1]
        n_times += 1
    return {"rows_per_cpu_second": len(predictions.pred_probs) * n_times / max(seconds, 0.01)}


def _measure(call: Callable[[], Any]) -> tuple[Any, float]:
    before = tree_cpu_seconds(os.getpid())
    result = call()
    return result, tree_cpu_seconds(os.getpid()) - before


if __name__ == "__main__":
    # The core is chosen before any library counts the cores it may use.
    os.sched_setaffinity(0, {int(sys.argv[3])})
    main(sys.argv[1], Job.read(Path(sys.argv[2])))
