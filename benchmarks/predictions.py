"""How fast and in how much memory files are predicted: `make bench-predictions BENCH_DATA=folder`.

A product of its own is started in a temporary folder and trained on `adult` with Regular. Files of
its test rows, repeated, are predicted from the upload to the end of the job, by one worker and by
two, BENCH_REPEATS times; of those by one worker also where the processor time goes. Then the texts
of `banking77`, beside what its encoder alone takes for them. Prints, never asserts.
"""

import csv
import os
import shutil
import socket
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import django
import pyarrow as pa

from benchmarks import smoke
from benchmarks.automl.measuring import tree, tree_cpu_seconds
from benchmarks.prediction_steps import CORE, forget_steps, read_steps

ROOT = Path(__file__).resolve().parent.parent
DATA = os.environ.get("BENCH_DATA")
ROWS = [int(n) for n in (os.environ.get("BENCH_ROWS") or "100000,1000000").split(",")]
REPEATS = int(os.environ.get("BENCH_REPEATS") or 3)
WARM_ROWS = 1000
POLL_SECONDS = 0.2


def main() -> None:
    if not DATA:
        raise SystemExit("Name the folder of data sets with BENCH_DATA=…")
    folder = Path(tempfile.mkdtemp(prefix="cleanset-bench-"))
    os.environ |= {"DATA_DIR": str(folder), "LOG_LEVEL": "ERROR"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.watched_settings"
    django.setup()
    try:
        run_tables()
        with product(1) as pid:
            run_texts(pid)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def product(n_workers):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    os.environ |= {"PORT": str(port), "PREDICTION_WORKERS": str(n_workers)}
    _, process = smoke.start(port)
    try:
        yield process.pid
    finally:
        smoke.stop(process)


def run_tables():
    """One worker and two by turns, so that what else the machine does touches both."""
    seconds = defaultdict(list)
    print("| rows | workers | reading s | predicting s | in all s | largest process MB |")
    print("| --- | --- | --- | --- | --- | --- |")
    for _ in range(REPEATS):
        for n_workers in (1, 2):
            with product(n_workers) as pid:
                model = find_model()
                # The processes have just been started.
                predict_file(model, make_file(WARM_ROWS), WARM_ROWS, pid)
                for n_rows in ROWS:
                    done = predict_file(model, make_file(n_rows), n_rows, pid)
                    seconds[n_rows, n_workers].append(done.seconds)
                    print_run(done, n_rows, n_workers)
    for n_rows in ROWS:
        one, two = (statistics.median(seconds[n_rows, n]) for n in (1, 2))
        print(
            f"{n_rows:,} rows, medians: {one:.1f} s by one worker, {two:.1f} s by two, "
            f"{one / two:.2f} times as fast (goal: at least 1.7)",
            flush=True,
        )


def print_run(done, n_rows, n_workers):
    print(
        f"| {n_rows:,} | {n_workers} | {done.reading:.1f} | {done.predicting:.1f} | "
        f"{done.seconds:.1f} | {done.peak_bytes / 1e6:,.0f} |",
        flush=True,
    )
    if n_workers == 1:
        print_steps(done)


def print_steps(done):
    """What no step took is forking, and what all processes take while they wait."""
    steps = read_steps()
    steps["forking, waiting"] = done.cpu - steps.total()
    shares = ", ".join(f"{name} {s / done.cpu:.1%}" for name, s in steps.most_common())
    print(f"  {done.cpu:.1f} s of processor time: {shares}")
    around = 1 - sum(steps[name] for name in CORE) / done.cpu
    print(f"  around features and model: {around:.1%} (goal: at most 15 %)", flush=True)


def run_texts(pid):
    """The encoder has one thread here, as a worker has; both by the clock on the wall."""
    from automl.features.text import read_texts
    from automl.predictor import Predictor
    from studio.files import local_path
    from studio.text_encoders import text_encoders

    model = find_model("banking77")
    path = make_texts()
    with path.open(newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    n_rows = len(texts)
    done = predict_file(model, path, n_rows, pid)
    path = local_path(model.predictor_file)
    predictor = Predictor.load(path, text_encoders=text_encoders())
    encoder = predictor.text_encoders.of(predictor.schema)[0]
    encoder.encode(texts[:1])
    column = read_texts(pa.chunked_array([texts]))
    begun = time.monotonic()
    encoder.encode(column)
    bare, whole = n_rows / (time.monotonic() - begun), n_rows / done.seconds
    print(
        f"banking77: {n_rows:,} texts, {whole:,.0f} a second from the upload to the end, the bare "
        f"encoder {bare:,.0f}: {whole / bare:.0%} (goal: at least 60 %)",
        flush=True,
    )


def find_model(name="adult"):
    """Trained by the first start; the second has it already."""
    from benchmarks.synchronous import train
    from models_app.models import DeployedModel
    from studio.models import User

    model = DeployedModel.objects.filter(status="TRAINED", name=name).first()
    if model is not None:
        return model
    user = User.objects.create_user(f"{name}@example.org")
    cleanset = smoke.find_issues(user, smoke.upload(user, Path(DATA) / name))
    return train(user, cleanset)


@dataclass(frozen=True)
class Done:
    """Seconds, and those of the processor in all processes; the most memory of any process."""

    reading: float
    predicting: float
    cpu: float
    peak_bytes: int

    @property
    def seconds(self):
        return self.reading + self.predicting


def predict_file(model, path, n_rows, pid):
    from inference.batches import create_batch

    forget_steps()
    begun, cpu = time.monotonic(), tree_cpu_seconds(pid)
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
    ready_at = time.monotonic()
    # A job's process counts once it has ended.
    time.sleep(1)
    cpu = tree_cpu_seconds(pid) - cpu
    return Done(read_at - begun, ready_at - read_at, cpu, peak)


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


def make_texts():
    """All texts of the set, each once."""
    path = Path(os.environ["DATA_DIR"]) / "texts.csv"
    texts = {}
    for name in ("train.csv", "test.csv"):
        with (Path(DATA) / "banking77" / name).open(newline="") as source:
            texts |= dict.fromkeys(row["text"] for row in csv.DictReader(source))
    with path.open("w", newline="") as target:
        csv.writer(target).writerows([["text"], *([text] for text in texts)])
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
