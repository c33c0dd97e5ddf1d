"""How fast the review pages through a million rows: `make bench-review`.

A made-up cleanset in a data directory of its own; every query is answered by the view itself,
as the web process does it, several times. Prints, never asserts.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from studio.supervision.memory import WEB_MEMORY

ROOT = Path(__file__).resolve().parent.parent
N_ROWS = int(os.environ.get("BENCH_ROWS") or 1_000_000)
N_REPEATS = 7
# A tenth, spread over all of them.
N_DECIDED = N_ROWS // 10
LABELS = "abcdefgh"
KINDS = {"text": "text", "size": "numeric", "kind": "categorical", "label": "categorical"}
# No features: the analytics look at them too.
KINDS |= {f"source {i}": "categorical" for i in range(7)}
KINDS |= {f"measure {i}": "numeric" for i in range(6)} | {f"time {i}": "datetime" for i in range(3)}
QUERIES = {
    "worst first": "?preset=all",
    "label issues": "?preset=issues",
    "page 10,000": "?preset=all&page=10000",
    "outliers, sorted by score": "?preset=outliers&sort=outlier_score",
    "all, sorted by outlier score": "?preset=all&sort=outlier_score",
    "all, sorted by a number of the data": "?preset=all&sort=c1",
    "all, sorted by a category": "?preset=all&sort=c2",
    "two classes, score of at least .5": "?preset=all&given=a&given=b&min_label_issue_score=0.5",
    "a text in any column": "?preset=all&search=ue+7",
    "a whole cell": "?preset=all&column=2&contains=value+7&whole=1",
    "a range of a number of the data": "?preset=all&column=1&from=0.5&to=1",
    "undecided": "?preset=undecided",
    "row 777,777": "?preset=all&row=777777",
}


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="cleanset-bench-"))
    os.environ |= {"DATA_DIR": str(folder), "LOG_LEVEL": "ERROR"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "studio.settings"
    # Making the rows takes memory that a web process never does.
    subprocess.run([sys.executable, "-m", "benchmarks.review", "make"], cwd=ROOT, check=True)
    reading = [sys.executable, "-m", "benchmarks.review", "read"]
    subprocess.run(reading, cwd=ROOT, check=True, env=os.environ | WEB_MEMORY)


def make() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from studio.supervision.preparing import prepare

    prepare()
    call_command("migrate", verbosity=0)
    from studio.decisions import Change, apply_changes
    from studio.models import User

    user = User.objects.create_user("bench@example.org")
    cleanset = make_cleanset(user)
    # One batch, as Clean Top K makes it: each page asks what there is to undo.
    changes = [Change(7 * i, "keep") for i in range(N_DECIDED)]
    apply_changes(cleanset=cleanset, changes=changes, user=user)


def make_cleanset(user):
    from studio.analysis import ISSUE_GROUP_ROWS
    from studio.ingestion import ROW_GROUP_ROWS
    from studio.models import Cleanset, Dataset, Project

    base = {"workspace": user.workspaces.get(), "created_by": user}
    columns, issues = make_columns()
    profiles = [
        {"name": name, "position": i, "kind": kind, "n_distinct": len(set(columns[f"c{i}"]))}
        for i, (name, kind) in enumerate(KINDS.items())
    ]
    dataset = Dataset.objects.create(
        name="million",
        file_name="million.csv",
        status="ready",
        table_file=store(base["workspace"], "datasets", columns, ROW_GROUP_ROWS),
        n_rows=N_ROWS,
        profiles=profiles,
        **base,
    )
    project = Project.objects.create(
        dataset=dataset,
        name="million",
        problem_type="multi-class",
        modality="tabular",
        label_column="label",
        feature_schema=profiles[:3],
        **base,
    )
    n_issues = int(issues["is_label_issue"].sum())
    return Cleanset.objects.create(
        project=project,
        status="ready",
        issues_file=store(base["workspace"], "cleansets", issues, ISSUE_GROUP_ROWS),
        classes=list(LABELS),
        n_rows=N_ROWS,
        n_issues=n_issues,
        flag_counts={"is_label_issue": n_issues, "is_outlier": 20_000},
        source={"score": {"accuracy": 0.8, "low": 0.79, "high": 0.81}},
        **base,
    )


def make_columns():
    """Of the dataset, and of what was found; rows of the latter by falling issue score."""
    import numpy as np
    import pyarrow as pa

    rng = np.random.default_rng(0)
    labels = np.array(list(LABELS))
    given = labels[rng.integers(0, len(labels), N_ROWS)]
    columns = {
        "c0": [f"number {i} of value {i % 97}" for i in range(N_ROWS)],
        "c1": rng.normal(size=N_ROWS).round(4).astype(str),
        "c2": np.array([f"value {i}" for i in range(12)])[rng.integers(0, 12, N_ROWS)],
        "c3": given,
    }
    columns |= {f"c{i}": make_cells(rng, kind) for i, kind in enumerate(KINDS.values()) if i > 3}
    score, order = np.sort(rng.random(N_ROWS))[::-1], rng.permutation(N_ROWS)
    is_issue, outlier = score > 0.95, rng.random(N_ROWS)
    suggested = np.where(is_issue, labels[rng.integers(0, len(labels), N_ROWS)], None)
    issues = {
        "row_id": order,
        "given_label": given[order],
        "suggested_label": pa.array(suggested.tolist(), pa.string()),
        "suggested_label_confidence_score": rng.random(N_ROWS),
        "is_label_issue": is_issue,
        "label_issue_score": score,
        "is_outlier": outlier > 0.98,
        "outlier_score": outlier,
        "is_near_duplicate": rng.random(N_ROWS) > 0.97,
        "near_duplicate_score": rng.random(N_ROWS),
        "is_ambiguous": rng.random(N_ROWS) > 0.9,
        "ambiguous_score": rng.random(N_ROWS),
        "is_initially_unlabeled": np.zeros(N_ROWS, dtype=bool),
        "top_labels": pa.array([["a", "b", "c"]] * N_ROWS),
        "top_probs": pa.array([[0.6, 0.3, 0.1]] * N_ROWS),
    }
    return columns, issues


def make_cells(rng, kind):
    import numpy as np

    if kind == "numeric":
        return rng.normal(size=N_ROWS).round(4).astype(str)
    if kind == "datetime":
        seconds = rng.integers(0, 10**8, N_ROWS).astype("timedelta64[s]")
        return np.datetime_as_string(np.datetime64("2020-01-01") + seconds)
    values = np.array([f"value {i}" for i in range(20_000)])
    return values[rng.zipf(1.5, N_ROWS) % len(values)]


def store(workspace, kind, columns, group_rows):
    import pyarrow as pa
    import pyarrow.parquet as pq

    from studio.files import claim_files, put_file

    path = Path(os.environ["DATA_DIR"]) / "table.parquet"
    pq.write_table(pa.table(columns), path, compression="zstd", row_group_size=group_rows)
    stored = put_file(kind, path, workspace=workspace)
    claim_files([stored])
    return stored


def read() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from studio.models import Cleanset, Project, User

    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    client.force_login(User.objects.get(email="bench@example.org"))
    address = reverse("studio:project_detail", args=[Project.objects.get().pk])
    client.get(address)
    print(
        f"| query of {N_ROWS:,} rows | median ms | slowest of {N_REPEATS} ms |\n| --- | --- | --- |"
    )
    every = []
    for name, query in QUERIES.items():
        times = [time_page(client, address + query) for _ in range(N_REPEATS)]
        every += times
        print(f"| {name} | {statistics.median(times):.0f} | {max(times):.0f} |", flush=True)
    analytics = reverse("studio:cleanset_analytics", args=[Cleanset.objects.get().pk])
    times = [time_page(client, analytics) for _ in range(N_REPEATS)]
    print(
        f"| analytics of {len(KINDS)} columns | {statistics.median(times):.0f} | {max(times):.0f} |"
    )
    p95 = statistics.quantiles(every, n=20)[-1]
    print(
        f"\n95 % of pages of the review within {p95:.0f} ms (at most 400); largest resident memory "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB (at most 300)"
    )


def time_page(client, url):
    begun = time.perf_counter()
    answer = client.get(url, headers={"HX-Request": "true", "HX-Target": "review"})
    assert answer.status_code in (200, 302), answer.status_code
    return 1000 * (time.perf_counter() - begun)


if __name__ == "__main__":
    {"make": make, "read": read}[sys.argv[1]]() if len(sys.argv) > 1 else main()
