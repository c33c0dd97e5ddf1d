"""Around every peer: files become data frames, sets of labels become one yes/no task a label.

A peer's adapter has `fit(task) -> Displayed`, `load(folder) -> model` and
`predict(model, X) -> Predictions`; where labels are numbers, `predict_values(model, X)` -> (N,).
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.automl.jobs import VALUE_COLUMNS, Displayed, Job, Predictions

YES = "yes"


@dataclass(frozen=True)
class Task:
    """Classes `y` (text), or numbers, of the rows `X`; the model goes into `folder`, which is
    there."""

    X: pd.DataFrame
    y: pd.Series
    folder: Path
    seed: int
    time_limit: float
    options: dict[str, Any]

    @property
    def is_regression(self) -> bool:
        return bool(self.y.dtype.kind == "f")


@dataclass(frozen=True)
class ValueModel:
    """What predicts numbers: the adapter, and what it has loaded."""

    peer: Any
    loaded: Any


def fit(job: Job) -> Displayed:
    X, labels = read_train(job)
    peer = _peer(job)
    assert job.time_limit is not None
    if job.problem_type == "regression":
        numbers = pd.to_numeric(labels.replace("", np.nan)).astype(float)
        known = numbers.notna()
        X, labels = X[known].reset_index(drop=True), numbers[known].reset_index(drop=True)
    if job.problem_type != "multi-label":
        task = Task(X, labels, job.model_folder, job.seed, job.time_limit, job.options)
        return peer.fit(task)
    sets = [parse_set(cell) for cell in labels]
    names = sorted({name for each in sets for name in each})
    (job.folder / "names.csv").write_text(write_set(names))
    limit = job.time_limit / len(names)
    for k, name in enumerate(names):
        folder = job.model_folder / str(k)
        folder.mkdir()
        y = pd.Series([YES if name in each else "no" for each in sets], name=job.label_column)
        peer.fit(Task(X, y, folder, job.seed, limit, job.options))
    # What the tool shows is about one label, not about whole sets.
    return Displayed(details={"labels": len(names)})


def load(job: Job) -> Any:
    peer = _peer(job)
    if job.problem_type == "regression":
        return ValueModel(peer, peer.load(job.model_folder))
    if job.problem_type != "multi-label":
        return [(peer, "", peer.load(job.model_folder))]
    names = parse_set((job.folder / "names.csv").read_text())
    return [(peer, name, peer.load(job.model_folder / str(k))) for k, name in enumerate(names)]


def read_rows(model: Any, job: Job) -> pd.DataFrame:
    return _read(job, job.test_file).drop(columns=job.label_column)


def predict(model: Any, rows: pd.DataFrame) -> Predictions:
    if isinstance(model, ValueModel):
        values = np.asarray(model.peer.predict_values(model.loaded, rows), dtype=float)
        return Predictions([VALUE_COLUMNS[0]], values.reshape(-1, 1), [])
    if len(model) == 1 and not model[0][1]:
        peer, _, single = model[0]
        return peer.predict(single, rows)
    parts = [peer.predict(each, rows) for peer, _, each in model]
    names = [name for _, name, _ in model]
    probs = np.column_stack([p.pred_probs[:, p.classes.index(YES)] for p in parts])
    chosen = np.column_stack([np.array(p.labels) == YES for p in parts])
    sets = [write_set(names[k] for k in np.flatnonzero(row)) for row in chosen]
    return Predictions(names, probs, sets)


def read_train(job: Job) -> tuple[pd.DataFrame, pd.Series]:
    table = _read(job, job.train_file)
    return table.drop(columns=job.label_column), table[job.label_column]


def parse_set(cell: str) -> list[str]:
    """`'a, "x,y"'` -> `['a', 'x,y']`"""
    parts = next(csv.reader([cell], skipinitialspace=True), [])
    return [part.strip() for part in parts if part.strip()]


def write_set(names: Any) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(names)
    return buffer.getvalue()


def _read(job: Job, path: Path) -> pd.DataFrame:
    """As pandas reads it, but labels stay text: "None" is a class, and 1 is "1"."""
    table = pd.read_csv(path, low_memory=False)
    label = job.label_column
    labels = pd.read_csv(path, usecols=[label], dtype=str, keep_default_na=False)[label]
    table[label] = labels.str.strip().astype(object)
    return table.drop(columns=job.ignored)


def _peer(job: Job) -> Any:
    return import_module(f"benchmarks.automl.peers.{job.options['adapter']}")
