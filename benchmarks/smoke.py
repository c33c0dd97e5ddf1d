"""The figures of the main job, on a product started as a newcomer starts it.

    make bench-smoke BENCH_DATA=folder-of-data-sets

Prints, never asserts. Times are wall-clock on whatever else the machine is doing: compare only
figures of one run.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from uuid import uuid4

import django

ROOT = Path(__file__).resolve().parent.parent
IDLE_SECONDS = 60


def main() -> None:
    data = Path(os.environ.get("BENCH_DATA", "")).expanduser()
    folder = Path(tempfile.mkdtemp(prefix="cleanset-bench-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    os.environ |= {"DATA_DIR": str(folder), "PORT": str(port), "LOG_LEVEL": "ERROR"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "studio.settings"
    first, process = start(port)
    report("first start until / answers 200", first)
    stop(process)
    second, process = start(port)
    report("second start until / answers 200 (at most 8 s)", second)
    try:
        for name, limit in (("telco_churn", 60), ("banking77", 180)):
            if (data / name).is_dir():
                run_job(data / name, limit)
            else:
                print(f"{name}: not measured, BENCH_DATA has no such folder")
        time.sleep(IDLE_SECONDS)
        print(
            f"web, proportional set size after {IDLE_SECONDS} s idle (at most 150 MB): "
            f"{web_megabytes(process):.0f} MB"
        )
    finally:
        report("stop with Ctrl-C (at most 10 s)", stop(process))


def start(port):
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up"], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    while True:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/", timeout=1) as answer:
                if answer.status == 200:
                    return time.monotonic() - begun, process
        except OSError:
            time.sleep(0.05)


def stop(process):
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait()
    return time.monotonic() - begun


def report(what, seconds):
    print(f"{what}: {seconds:.1f} s", flush=True)


def run_job(folder, limit):
    """Through the verbs that the pages call, with the workers of the running product."""
    django.setup()
    from studio.models import User

    user = User.objects.create_user(f"{folder.name}@example.org")
    dataset = upload(user, folder)
    cleanset = find_issues(user, dataset)
    model = train(user, cleanset, limit)
    show_leaderboard(model)
    predict(user, model, folder)


def upload(user, folder):
    from studio.datasets import create_dataset

    begun = time.monotonic()
    dataset = create_dataset(
        user=user,
        workspace=user.workspaces.get(),
        name=folder.name,
        file_name="train.csv",
        path=folder / "train.csv",
    )
    dataset = wait(dataset, "ingesting")
    seconds = time.monotonic() - begun
    report(f"{dataset.name}: upload to ready ({dataset.n_rows:,} rows)", seconds)
    return dataset


def find_issues(user, dataset):
    begun = time.monotonic()
    project = start_project(user, dataset)
    cleanset = wait(project.cleansets.get(), "analyzing")
    seconds = time.monotonic() - begun
    report(f"{dataset.name}: finding issues ({cleanset.n_issues} found)", seconds)
    return cleanset


def start_project(user, dataset):
    """With the columns that are guessed."""
    from automl.project_guess import guess_setup
    from studio.projects import Setup, create_project

    guess = guess_setup(dataset.profiles, dataset.n_rows)
    keys = ("problem_type", "modality", "label_column", "text_column", "feature_columns")
    setup = Setup(**{key: guess[key] for key in keys})
    return create_project(
        user=user, dataset=dataset, name=dataset.name, setup=setup, idempotency_key=uuid4().hex
    )


def train(user, cleanset, limit):
    """With some corrections, so that the deployment has its own candidates to train."""
    from models_app.deploy import deploy_model
    from studio.clean_top import clean_top
    from studio.review_query import ReviewQuery

    worst = ReviewQuery(preset="issues")
    clean_top(cleanset=cleanset, query=worst, k=50, action="auto-fix", user=user)
    name = cleanset.project.name
    begun = time.monotonic()
    model = deploy_model(user=user, cleanset=cleanset, name=name, idempotency_key=uuid4().hex)
    model = wait(model, "INITIALIZING", "TRAINING")
    report(f"{name}: click to trained (at most {limit} s)", time.monotonic() - begun)
    return model


def show_leaderboard(model):
    from models_app.leaderboard import candidates_in_order

    for line in candidates_in_order(model):
        print(
            f"  {line.title:<30} held-out {line.held_out_accuracy:.4f}  "
            f"original {line.original_accuracy:.4f}  train {line.training_seconds:.1f} s"
        )


def predict(user, model, folder):
    from inference.batches import create_batch

    begun = time.monotonic()
    result = create_batch(
        user=user,
        model=model,
        file_name="test.csv",
        path=folder / "test.csv",
        idempotency_key=uuid4().hex,
    )
    result = wait(result, *type(result).PENDING)
    seconds = time.monotonic() - begun
    report(f"{folder.name}: {result.n_rows:,} rows upload to export", seconds)


def wait(row, *pending):
    while (current := type(row).objects.get(pk=row.pk)).status in pending:
        time.sleep(0.1)
    assert not current.error_code, current.error_message
    return current


def web_megabytes(process):
    """Master and workers of the web server, shared pages counted once."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_text()
            if "studio.wsgi" in command and str(ROOT) in command:
                rollup = (folder / "smaps_rollup").read_text()
                total += int(re.search(r"^Pss:\s+(\d+)", rollup, re.M).group(1))
        except (OSError, AttributeError):
            continue
    return total / 1024


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
