"""One run: two pinned processes, one that fits and one that predicts, watched from outside."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.automl.data_sets import DataSet
from benchmarks.automl.jobs import Job, Predictions
from benchmarks.automl.measuring import PeakMemory
from benchmarks.automl.results import Result
from benchmarks.automl.scores import score
from benchmarks.automl.settings import ROOT

MAX_SECONDS = 6 * 3600.0
# A tool that overruns its limit by more than this is stopped.
PATIENCE_FACTOR, PATIENCE_SECONDS = 3.0, 900.0

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "LOKY_MAX_CPU_COUNT": "1",
}


class RunFailedError(Exception):
    """Says what the measured process said last."""


def execute(data_set: DataSet, job: Job, python: Path, log_file: Path) -> Result:
    """Fit, predict and score; a failure is a result too."""
    facts = {
        "suite": data_set.suite,
        "problem_type": data_set.problem_type,
        "is_noisy": data_set.is_noisy,
    }
    try:
        with fresh_folder(job.folder):
            found = _measure(data_set, job, python, log_file)
        result = facts | {"status": "ok"} | found
    except RunFailedError as error:
        result = facts | {"status": "failed", "error": str(error)}
    return result | {"finished": datetime.now(UTC).isoformat(timespec="seconds")}


def pinned_core() -> int:
    """The last of those this process may use: `taskset -c 0 make …` chooses another."""
    return max(os.sched_getaffinity(0))


def _measure(data_set: DataSet, job: Job, python: Path, log_file: Path) -> dict[str, Any]:
    path = job.write()
    log_file.write_text("")
    fitted = run_step("fit", path, job, python, log_file)
    predicted = run_step("predict", path, job, python, log_file)
    predictions = Predictions.read(job.predictions_file)
    displayed = {name: fitted.pop(name) for name in ("accuracy", "r2", "standard_error")}
    return {
        "test": score(predictions, data_set.read_test_labels(), data_set.problem_type),
        "displayed": displayed,
        "details": fitted.pop("details"),
        "fit": fitted,
        "predict": predicted,
    }


def run_step(
    step: str,
    path: Path,
    job: Job,
    python: Path,
    log_file: Path,
    *,
    module: str = "benchmarks.automl.process",
) -> dict[str, Any]:
    """One pinned process; what it answers in `<step>.json`, and its peak memory."""
    command = [str(python), "-m", module, step, str(path), str(pinned_core())]
    with log_file.open("a") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | ONE_THREAD,
            stdout=log,
            stderr=subprocess.STDOUT,
            # A group of its own, so that what it started can be stopped with it.
            start_new_session=True,
        )
        with _stopped_at_the_end(process), PeakMemory(process.pid) as peak:
            _wait(process, job)
    if process.returncode:
        raise RunFailedError(_last_line(log_file) or f"ended with code {process.returncode}")
    answer: dict[str, Any] = json.loads((job.folder / f"{step}.json").read_text())
    return answer | {"peak_bytes": peak.n_bytes}


def _wait(process: subprocess.Popen[bytes], job: Job) -> None:
    seconds = MAX_SECONDS
    if job.time_limit is not None:
        seconds = min(seconds, job.time_limit * PATIENCE_FACTOR + PATIENCE_SECONDS)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise RunFailedError(f"stopped after {seconds:.0f} s") from None


@contextmanager
def _stopped_at_the_end(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Also what a tool has left running: the group is of our own making."""
    try:
        yield
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.poll()
        process.wait()


@contextmanager
def fresh_folder(folder: Path) -> Iterator[None]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _last_line(log_file: Path) -> str:
    lines = [line.strip() for line in log_file.read_text(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "")[:300]
