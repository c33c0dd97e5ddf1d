import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.automl.data_sets import DataSet
from benchmarks.automl.jobs import Job
from benchmarks.automl.measured_run import execute
from benchmarks.automl.measuring import PeakMemory, folder_bytes, tree, tree_cpu_seconds

BUSY = "import subprocess, sys\nx = bytearray(60_000_000)\n{}\nprint('ready', flush=True)\ninput()"
SPIN = "import time\nwhile time.process_time() < 0.3: pass\ny = bytearray(50_000_000)\n"


def test_cpu_time_counts_children_that_ended_and_memory_counts_those_that_live():
    child = f"subprocess.run([sys.executable, '-c', {SPIN!r}])"
    process = subprocess.Popen(
        [sys.executable, "-c", BUSY.format(child)], stdin=-1, stdout=-1, text=True
    )
    with PeakMemory(process.pid) as peak:
        assert process.stdout.readline() == "ready\n"
        assert tree_cpu_seconds(process.pid) >= 0.3
        assert tree(process.pid) == [process.pid]
        process.communicate("\n")
    assert peak.n_bytes >= 60_000_000


def test_bytes_of_a_folder_are_those_of_all_files_below_it(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one").write_bytes(b"123")
    (tmp_path / "a" / "b" / "two").write_bytes(b"4567")
    assert folder_bytes(tmp_path) == 7


def test_a_process_that_fails_leaves_its_last_line_and_no_folder(tmp_path):
    job = Job(
        module="no_such_tool",
        train_file=tmp_path / "train.csv",
        test_file=tmp_path / "test.csv",
        label_column="label",
        ignored=[],
        problem_type="multi-class",
        seed=0,
        options={},
        time_limit=None,
        folder=tmp_path / "work",
    )
    data_set = DataSet("none", tmp_path, "tabular", "multi-class", "label", (), is_noisy=False)
    found = execute(data_set, job, Path(sys.executable), tmp_path / "run.log")
    assert found["status"] == "failed"
    assert found["error"].startswith("ModuleNotFoundError: No module named")
    assert not job.folder.exists()


@pytest.mark.parametrize("limit", [None, 30.0])
def test_a_job_reads_as_it_was_written(tmp_path, limit):
    options = {"preset": "fast"}
    here = tmp_path
    job = Job("ours", here / "a", here / "b", "y", ["id"], "multi-class", 1, options, limit, here)
    assert Job.read(job.write()) == job
    assert json.loads((tmp_path / "job.json").read_text())["seed"] == 1
