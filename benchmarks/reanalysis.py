"""What a second analysis costs: `make bench-reanalysis BENCH_DATA=folder-of-data-sets`.

Uploads a table whose labels are partly wrong, finds its issues, has the worst 1 % of the rows
corrected and analyses version 2: the jobs of the product with its Regular preset, one after the
other in this process. Prints, never asserts. Times are of whatever else the machine is doing.
"""

import os
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import django

from automl.threads import thread_environment

SETS = "banking77_noise10,adult_noise10"
CORRECTED_SHARE = 0.01
ALL = "all"
# What a step does inside the first job; the rest of that job is folds, labels and bookkeeping.
STEPS = {"make_feature_files": "vectors of texts", "ensure_row_facts": "facts of rows"}


class Costs:
    """Wall and processor seconds by part; what is inside another part is not in that one."""

    def __init__(self):
        self.seconds = defaultdict(lambda: [0.0, 0.0])
        self._inside = []

    def time(self, part, work):
        self._inside.append((0.0, 0.0))
        begun = clocks()
        answer = work()
        spent = [now - then for now, then in zip(clocks(), begun, strict=True)]
        inner = self._inside.pop()
        for i in (0, 1):
            self.seconds[part][i] += spent[i] - inner[i]
            self.seconds[ALL][i] += spent[i] - inner[i]
        if self._inside:
            self._inside[-1] = tuple(self._inside[-1][i] + spent[i] for i in (0, 1))
        return answer


def main() -> None:
    # Before numpy is loaded: with more threads processor time depends on what else is running.
    os.environ |= thread_environment(1) | {
        "DATA_DIR": tempfile.mkdtemp(prefix="cleanset-bench-"),
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        # Without a queue each publication would be a warning.
        "LOG_LEVEL": "ERROR",
    }
    django.setup()
    from studio.models import User
    from studio.supervision.preparing import migrate_if_needed

    migrate_if_needed()
    user = User.objects.create_user("bench@example.org")
    data = Path(os.environ.get("BENCH_DATA", "")).expanduser()
    for name in os.environ.get("BENCH_SETS", SETS).split(","):
        if (data / name).is_dir():
            report(name, *measure(user, data / name))
        else:
            print(f"{name}: not measured, BENCH_DATA has no such folder")


def measure(user, folder):
    """The costs of both analyses, and how many rows were corrected in between."""
    from benchmarks.smoke import start_project
    from studio.clean_top import clean_top
    from studio.datasets import create_dataset
    from studio.review_query import ReviewQuery
    from studio.versions import create_version

    dataset = create_dataset(
        user=user,
        workspace=user.workspaces.get(),
        name=folder.name,
        file_name="train.csv",
        path=folder / "train.csv",
    )
    run_jobs(Costs())
    dataset.refresh_from_db()
    cleanset = start_project(user, dataset).cleansets.get()
    first = run_jobs(Costs())
    cleanset.refresh_from_db()
    n_rows, _ = clean_top(
        cleanset=cleanset,
        query=ReviewQuery(preset="issues"),
        k=round(CORRECTED_SHARE * cleanset.n_rows),
        action="auto-fix",
        user=user,
    )
    create_version(cleanset=cleanset, user=user)
    return first, run_jobs(Costs()), n_rows


def run_jobs(costs):
    """All that waits, as a worker runs it, each job and step by itself."""
    from studio import analysis
    from studio.jobs.execution import execute
    from studio.models import CandidateRun, Job

    originals = {name: getattr(analysis, name) for name in STEPS}
    for name, part in STEPS.items():
        setattr(analysis, name, timed(costs, part, originals[name]))
    while job := Job.objects.filter(state=Job.State.QUEUED).order_by("created_at").first():
        part = "joining" if job.stage else "folds, labels"
        if job.kind == "candidate-run":
            part = f"candidate: {CandidateRun.objects.get(pk=job.subject_id).family}"
        costs.time(part, lambda job=job: execute(job.pk, has_heartbeat=False))
        job.refresh_from_db()
        assert job.state != Job.State.FAILED, job.error_message
    for name, original in originals.items():
        setattr(analysis, name, original)
    return costs.seconds


def timed(costs, part, step):
    return lambda *args: costs.time(part, lambda: step(*args))


def clocks():
    spent = os.times()
    cpu = spent.user + spent.system + spent.children_user + spent.children_system
    return time.perf_counter(), cpu


def report(name, first, again, n_corrected):
    print(f"\n{name}, {n_corrected:,} rows corrected\n")
    print("| part | first: wall s | CPU-s | again: wall s | CPU-s | CPU ratio |")
    print("| --- | --- | --- | --- | --- | --- |")
    for part in sorted(first, key=lambda part: (part == ALL, part)):
        figures = [*first[part], *again[part]]
        ratio = f"{figures[3] / figures[1]:.2f}" if figures[1] >= 0.1 else "–"
        print(f"| {part} | " + " | ".join(f"{s:.1f}" for s in figures) + f" | {ratio} |")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
