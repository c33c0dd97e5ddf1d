"""How fast and in how much memory files are predicted: `make bench-predictions BENCH_DATA=folder`.

A product of its own is started in a temporary folder and trained on `adult` with Regular. Files of
its test rows, repeated, are predicted from the upload to the end of the job, by one worker and by
two. Prints, never asserts.
"""

import csv
import os
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import django

from benchmarks import smoke
from benchmarks.automl.measuring import tree

ROOT = Path(__file__).resolve().parent.parent
DATA = os.environ.get("BENCH_DATA")
ROWS = [int(n) for n in (os.environ.get("BENCH_ROWS") or "100000,1000000").split(",")]
GOAL_SECONDS, GOAL_BYTES = 120, 1.5e9
POLL_SECONDS = 0.2


def main() -> None:
    if not DATA:
        raise SystemExit("Name the folder of data sets with BENCH_DATA=…")
    folder = Path(tempfile.mkdtemp(prefix="cleanset-bench-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    os.environ |= {"DATA_DIR": str(folder), "PORT": str(port), "LOG_LEVEL": "ERROR"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "studio.settings"
    try:
        for n_workers in (1, 2):
            os.environ["PREDICTION_WORKERS"] = str(n_workers)
            _, process = smoke.start(port)
            try:
                run_all(process.pid, n_workers)
            finally:
                smoke.stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_all(pid, n_workers):
    if n_workers == 1:
        django.setup()
    model = find_model()
    if n_workers == 1:
        print("| rows | workers | reading s | predicting s | in all s | largest process MB |")
        print("| --- | --- | --- | --- | --- | --- |")
    for n_rows in ROWS:
        reading, predicting, n_bytes = predict(model, n_rows, pid)
        print(
            f"| {n_rows:,} | {n_workers} | {reading:.1f} | {predicting:.1f} | "
            f"{reading + predicting:.1f} | {n_bytes / 1e6:,.0f} |",
            flush=True,
        )


def find_model():
    """Trained by the first start; the second has it already."""
    from benchmarks.synchronous import train
    from models_app.models import DeployedModel
    from studio.models import User

    model = DeployedModel.objects.filter(status="TRAINED").first()
    if model is not None:
        return model
    user = User.objects.create_user("bench@example.org")
    cleanset = smoke.find_issues(user, smoke.upload(user, Path(DATA) / "adult"))
    return train(user, cleanset)


def predict(model, n_rows, pid):
    """Seconds of reading and of predicting, and the largest resident memory of one process."""
    from inference.batches import create_batch

    path = make_file(n_rows)
    begun = time.monotonic()
    result = create_batch(
        user=model.created_by,
        model=model,
        file_name="rows.csv",
        path=path,
        idempotency_key=uuid4().hex,
        is_always_full=False,
    )
    read_at, peak = None, 0
    while True:
        result.refresh_from_db()
        peak = max(peak, largest_bytes(pid))
        if result.status != "checking" and read_at is None:
            read_at = time.monotonic()
        if result.status in {"ready", "failed"}:
            break
        time.sleep(POLL_SECONDS)
    assert result.status == "ready", result.error_message
    assert result.n_rows == n_rows
    path.unlink()
    return read_at - begun, time.monotonic() - read_at, peak


def make_file(n_rows):
    path = Path(os.environ["DATA_DIR"]) / f"{n_rows}.csv"
    with (Path(DATA) / "adult" / "test.csv").open(newline="") as source:
        header, *rows = list(csv.reader(source))
    with path.open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(header)
        for start in range(0, n_rows, len(rows)):
            writer.writerows(rows[: n_rows - start])
    return path


def largest_bytes(pid):
    sizes = [0]
    for each in tree(pid):
        try:
            status = Path(f"/proc/{each}/status").read_text()
        except OSError:
            continue
        sizes += [int(line.split()[1]) * 1024 for line in status.splitlines() if "VmHWM" in line]
    return max(sizes)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
