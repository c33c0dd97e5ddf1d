"""Peak memory of training one family, measured and estimated:
`python -m benchmarks.automl.training_memory FOLDER_OF_DATA_SET FAMILY...`"""

from __future__ import annotations

import json
import multiprocessing
import sys
import tempfile
from pathlib import Path

from automl.costs import Sizes
from automl.memory import estimate_worker_bytes
from automl.schema import TEXT
from benchmarks.automl import ours
from benchmarks.automl.jobs import Job
from benchmarks.automl.measuring import PeakMemory


def main(folder: Path, families: list[str]) -> None:
    # A fresh process for each, so that none inherits what another one has used.
    spawn = multiprocessing.get_context("spawn")
    for family in families:
        sizes = spawn.Queue()
        process = spawn.Process(target=train, args=(folder, family, sizes))
        process.start()
        with PeakMemory(process.pid) as peak:
            known = sizes.get()
            process.join()
        estimate = estimate_worker_bytes([family], known)
        line = f"{family:32} measured {peak.n_bytes / 1e6:6.0f} MB"
        print(f"{line}, estimated {estimate / 1e6:6.0f} MB, {estimate / peak.n_bytes:.2f} of it")


def train(folder: Path, family: str, sizes: multiprocessing.Queue) -> None:
    """From the file to the refitted member, as a candidate of a deployment."""
    about = json.loads((folder / "meta.json").read_text())
    ignored = [about["id_column"]] if about.get("id_column") else []
    file, task = folder / "train.csv", about["task"]
    with tempfile.TemporaryDirectory() as name:
        target = Path(name)
        job = Job("ours", file, file, about["label_column"], ignored, task, 0, {}, None, target)
        data = ours.prepare(job)
        columns = [data.table.column(i).to_pylist() for i in range(data.table.num_columns)]
        n_characters = sum(len(cell or "") for column in columns for cell in column)
        sizes.put(
            Sizes(
                n_rows=len(data.y),
                n_columns=len(columns),
                n_classes=len(data.classes),
                n_splits=len(set(data.folds.tolist())),
                n_characters=n_characters / len(data.y),
                n_text_columns=sum(column.kind == TEXT for column in data.schema.columns),
            )
        )
        del columns
        ours.train_candidate(family, data, 0, target / "member")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
