"""How long `predict()` of the official client takes: `make bench-client`.

A product of its own is started in a temporary folder and trained on a sample of a table and one
of texts, with the preset that is usual. Then the client, in its own environment, predicts 1,000
rows again and again. The server's own time is from the first request of a call to the end of its
job; the rest is the client's: it asks once a second. Prints, never asserts.
"""

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django

from benchmarks import smoke, synchronous

ROOT = Path(__file__).resolve().parent.parent
LABELS = {"telco_churn": "churn", "banking_questions": "label"}
ROWS = 1_000
REPEATS = int(os.environ.get("BENCH_REPEATS") or 15)
SERVER_GOAL, POLL_GOAL = 1.5, 1.0
SCRIPT = """
import json, os, time
import pandas as pd
from cleanlab_studio import Studio
model = Studio(os.environ["API_KEY"]).get_model(os.environ["MODEL"])
rows = pd.read_csv(os.environ["ROWS"])
calls = []
for _ in range(int(os.environ["REPEATS"]) + 1):
    begun = time.time()
    predicted = model.predict(rows)
    calls.append([begun, time.time()])
    assert len(predicted) == len(rows)
print(json.dumps(calls))
"""


def main() -> None:
    folder = Path(os.environ.get("BENCH_KEPT") or tempfile.mkdtemp(prefix="cleanset-bench-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    os.environ |= {"DATA_DIR": str(folder), "PORT": str(port), "LOG_LEVEL": "ERROR"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "studio.settings"
    _, process = smoke.start(port)
    try:
        django.setup()
        for name in LABELS:
            measure(find_model(name, folder), folder, port)
    finally:
        smoke.stop(process)
        if "BENCH_KEPT" not in os.environ:
            shutil.rmtree(folder, ignore_errors=True)


def find_model(name, folder):
    """Trained now, unless the folder is one that was kept."""
    from models_app.models import DeployedModel
    from studio.models import User

    model = DeployedModel.objects.filter(status="TRAINED", name=name).first()
    if model is not None:
        return model
    user = User.objects.create_user(f"{name}@example.org")
    (folder / name).mkdir(exist_ok=True)
    shutil.copy(ROOT / "samples" / f"{name}.csv", folder / name / "train.csv")
    cleanset = smoke.find_issues(user, smoke.upload(user, folder / name))
    return synchronous.train(user, cleanset)


def measure(model, folder, port):
    from client_api.models import PredictionQuery

    calls = run_client(model, make_rows(model.name, folder), port)
    queries = list(PredictionQuery.objects.order_by("-created_at").select_related("result"))
    # Every call has one; the first call of a process is not warm.
    pairs = list(zip(calls, queries[: len(calls)][::-1], strict=True))[1:]
    whole = [ended - begun for (begun, ended), _ in pairs]
    server = [query.result.finished_at.timestamp() - begun for (begun, _), query in pairs]
    steps = [steps_of(query, begun) for (begun, _), query in pairs]
    load = os.getloadavg()[0]
    print(f"{model.name}: {os.cpu_count()} processors, load {load:.1f}, {len(pairs)} calls")
    print("| part of a call | median s | highest s |\n| --- | --- | --- |")
    for name in steps[0]:
        show(name, [each[name] for each in steps])
    show(f"server's own time (goal: at most {SERVER_GOAL})", server)
    rest = [each - own for each, own in zip(whole, server, strict=True)]
    show(f"what the client waits longer (goal: at most {POLL_GOAL})", rest)
    show("from the call to the predictions", whole)


def steps_of(query, begun):
    """Between the times that the server has written down."""
    from studio.models import Job

    jobs = list(Job.objects.filter(subject_id=query.result_id).order_by("created_at"))
    marks = [("upload and start", query.result.created_at)]
    for job in jobs:
        marks += [(f"until {job.kind} begins", job.started_at), (job.kind, job.finished_at)]
    times = [begun, *(mark.timestamp() for _, mark in marks)]
    return {
        name: later - earlier
        for (name, _), earlier, later in zip(marks, times[:-1], times[1:], strict=True)
    }


def show(name, seconds):
    print(f"| {name} | {statistics.median(seconds):.2f} | {max(seconds):.2f} |", flush=True)


def make_rows(name, folder):
    """The first ones of the sample, without the label."""
    import pandas as pd

    path = folder / "rows.csv"
    sample = pd.read_csv(ROOT / "samples" / f"{name}.csv")
    sample.drop(columns=LABELS[name]).head(ROWS).to_csv(path, index=False)
    return path


def run_client(model, rows, port):
    from studio.api_keys import create_key

    _, key = create_key(user=model.created_by, name=f"bench {time.time()}", scope="write")
    environment = {
        "CLEANLAB_API_BASE_URL": f"http://localhost:{port}/api",
        "API_KEY": key,
        "MODEL": model.hex_id,
        "ROWS": str(rows),
        "REPEATS": str(REPEATS),
    }
    done = subprocess.run(
        [str(ROOT / ".venv" / "client" / "bin" / "python"), "-c", SCRIPT],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
