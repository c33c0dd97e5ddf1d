"""The data sets of a folder: one folder each with train.csv, test.csv and meta.json."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from automl.problem import MULTI_LABEL, REGRESSION, clean_labels
from benchmarks.automl.jobs import Job

SUITES = ("tabular", "text", "multilabel", "regression", "scale")


@dataclass(frozen=True)
class DataSet:
    """A fixed split into training and test rows.

    Attributes
    ----------
    problem_type : as the product names it.
    ignored : columns that no tool may see: row numbers that came with the set.
    is_noisy : the training labels are known to be wrong more often than the test labels, so
        that a score on training rows cannot be expected to agree with the test score.
    """

    name: str
    folder: Path
    suite: str
    problem_type: str
    label_column: str
    ignored: tuple[str, ...]
    is_noisy: bool

    @property
    def train_file(self) -> Path:
        return self.folder / "train.csv"

    @property
    def test_file(self) -> Path:
        return self.folder / "test.csv"

    def make_job(
        self,
        folder: Path,
        *,
        module: str = "ours",
        seed: int = 0,
        options: dict[str, Any] | None = None,
        time_limit: float | None = None,
    ) -> Job:
        """What a measured process is asked to do with this set; `folder` is for it alone."""
        return Job(
            module=module,
            train_file=self.train_file,
            test_file=self.test_file,
            label_column=self.label_column,
            ignored=list(self.ignored),
            problem_type=self.problem_type,
            seed=seed,
            options=options or {},
            time_limit=time_limit,
            folder=folder,
        )

    def hash_split(self) -> str:
        """Equal for equal rows, in equal order, with the same label column."""
        digest = hashlib.sha256(json.dumps([self.label_column, *self.ignored]).encode())
        for path in (self.train_file, self.test_file):
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def read_test_labels(self) -> list[str]:
        """Trimmed; sets in the one form of the product."""
        cells = pd.read_csv(
            self.test_file, usecols=[self.label_column], dtype=str, keep_default_na=False
        )
        labels = clean_labels(cells[self.label_column].tolist(), self.problem_type)
        return [label or "" for label in labels]


def read_data_sets(folder: Path, suite: str, names: Iterable[str] = ()) -> list[DataSet]:
    """The sets of one suite, smallest file first, so that first results come soon.

    Raises
    ------
    SystemExit
        When a set is asked for by name and is not in the folder or not of this suite.
    """
    found = [_read(path.parent) for path in folder.glob("*/meta.json")]
    by_name = {each.name: each for each in found if each.suite == suite}
    unknown = sorted(set(names) - set(by_name))
    if unknown:
        raise SystemExit(f"No {suite} data set called {', '.join(unknown)} in {folder}.")
    kept = [each for each in by_name.values() if not names or each.name in names]
    return sorted(kept, key=lambda each: (each.train_file.stat().st_size, each.name))


def _read(folder: Path) -> DataSet:
    meta = json.loads((folder / "meta.json").read_text())
    return DataSet(
        name=meta["name"],
        folder=folder,
        suite=_suite(meta),
        problem_type=meta["task"],
        label_column=meta["label_column"],
        ignored=(meta["id_column"],) if meta.get("id_column") else (),
        is_noisy="label-error" in meta.get("suggested_metric", ""),
    )


def _suite(meta: dict[str, Any]) -> str:
    if "suite" in meta:
        return str(meta["suite"])
    if meta["task"] in (MULTI_LABEL, REGRESSION):
        return "multilabel" if meta["task"] == MULTI_LABEL else "regression"
    return "text" if meta["modality"] == "text" else "tabular"
