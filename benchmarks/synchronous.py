"""How fast single rows are answered: `make bench-synchronous`.

A product of its own is started in a temporary folder, with a model of a table and one of texts;
with BENCH_DATA=folder also one of `adult`, a larger table. Then 20 rows a second are sent to each,
whether or not earlier ones were answered; latency counts from when a row was due. Prints, never
asserts.
"""

import csv
import http.client
import json
import os
import re
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from uuid import uuid4

import django

from benchmarks import smoke

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples"
DATA = os.environ.get("BENCH_DATA")
# Of each: the file with its rows, its label column, and the goals of p50 and p99 in milliseconds.
SETS = {
    "telco_churn": (SAMPLES / "telco_churn.csv", "churn", 15, 60),
    "banking_questions": (SAMPLES / "banking_questions.csv", "label", 40, 120),
}
if DATA:
    SETS["adult"] = (Path(DATA) / "adult" / "train.csv", "income", 15, 60)
RATE = 20
SECONDS = int(os.environ.get("BENCH_SECONDS") or 60)
REPEATS = int(os.environ.get("BENCH_REPEATS") or 3)
N_CLIENTS = 8
WARM_REQUESTS = 40


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="cleanset-bench-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    os.environ |= {"DATA_DIR": str(folder), "PORT": str(port), "LOG_LEVEL": "ERROR"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "studio.settings"
    _, process = smoke.start(port)
    try:
        django.setup()
        models, cookies = train_models(folder)
        print(f"{os.cpu_count()} processors, {RATE} requests a second for {SECONDS} s", flush=True)
        for name, model in models.items():
            measure(name, model, port, cookies)
    finally:
        smoke.stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def train_models(folder):
    from django.test import Client

    from studio.models import User

    user = User.objects.create_user("bench@example.org")
    models = {}
    for name, (path, *_) in SETS.items():
        (folder / name).mkdir()
        shutil.copy(path, folder / name / "train.csv")
        cleanset = smoke.find_issues(user, smoke.upload(user, folder / name))
        models[name] = train(user, cleanset)
    client = Client()
    client.force_login(user)
    return models, f"sessionid={client.cookies['sessionid'].value}"


def train(user, cleanset):
    from models_app.deploy import deploy_model

    name = cleanset.project.name
    model = deploy_model(user=user, cleanset=cleanset, name=name, idempotency_key=uuid4().hex)
    return smoke.wait(model, "INITIALIZING", "TRAINING")


def measure(name, model, port, cookies):
    path, label, *goals = SETS[name]
    with path.open(newline="") as file:
        rows = [{k: v for k, v in row.items() if k != label} for row in csv.DictReader(file)]
    bodies = [json.dumps({"rows": [row]}).encode() for row in rows]
    path = f"/models/{model.hex_id}/predict.json"
    warm = Asker(port, path, cookies)
    for body in bodies[:WARM_REQUESTS]:
        warm.ask(body)
    print(f"{name}: {len(model.classes)} classes, {model.candidates.count()} candidates")
    runs = [run_once(port, path, cookies, bodies) for _ in range(REPEATS)]
    for percentile, goal in zip((50, 99), goals, strict=True):
        values = [run[f"p{percentile}"] for run in runs]
        print(
            f"  p{percentile}: {statistics.median(values):.1f} ms (goal: at most {goal}), "
            f"repeats {', '.join(f'{v:.1f}' for v in values)}"
        )
    share = statistics.median(run["model_share"] for run in runs)
    print(f"  {share:.0%} of the time in the predictor (median), {runs[0]['n']} requests a repeat")


def run_once(port, path, cookies, bodies):
    """Open loop: what is due is sent by whichever client is free."""
    n = RATE * SECONDS
    seconds, model_seconds = [0.0] * n, [0.0] * n
    turns, begun = iter(range(n)), time.perf_counter() + 0.5
    lock = threading.Lock()

    def work():
        asker = Asker(port, path, cookies)
        while True:
            with lock:
                i = next(turns, None)
            if i is None:
                return
            due = begun + i / RATE
            time.sleep(max(due - time.perf_counter(), 0))
            model_seconds[i] = asker.ask(bodies[i % len(bodies)])
            seconds[i] = time.perf_counter() - due

    clients = [threading.Thread(target=work) for _ in range(N_CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    load = os.getloadavg()[0]
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    shares = [m / s for m, s in zip(model_seconds, seconds, strict=True)]
    print(f"  a repeat: p50 {cuts[49] * 1e3:.1f}, p99 {cuts[98] * 1e3:.1f} ms, load {load:.1f}")
    return {
        "p50": cuts[49] * 1e3,
        "p99": cuts[98] * 1e3,
        "model_share": statistics.median(shares),
        "n": n,
    }


class Asker:
    """One kept connection, as a program would use it."""

    def __init__(self, port, path, cookies):
        token = "b" * 32
        self.path = path
        self.headers = {
            "Content-Type": "application/json",
            "Cookie": f"{cookies}; csrftoken={token}",
            "X-CSRFToken": token,
        }
        self.connection = http.client.HTTPConnection("localhost", port, timeout=60)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, body):
        """Seconds that the predictor took."""
        self.connection.request("POST", self.path, body, self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        assert answer.status == 200, content
        return float(re.search(r"dur=([\d.]+)", answer.headers["Server-Timing"]).group(1)) / 1e3


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
