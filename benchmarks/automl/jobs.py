"""What a measured process is asked to do, what it answers: files, for other environments."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

# Of predicted numbers: the last two where a tool gives prediction intervals.
VALUE_COLUMNS = ("value", "low", "high")


@dataclass(frozen=True)
class Job:
    """One tool on one data set.

    Attributes
    ----------
    module : the tool's adapter, below benchmarks.automl.
    options : of the tool: preset, metric.
    time_limit : seconds given to tools that take a limit.
    folder : for this run alone: the artefact is its `model`.
    """

    module: str
    train_file: Path
    test_file: Path
    label_column: str
    ignored: list[str]
    problem_type: str
    seed: int
    options: dict[str, Any]
    time_limit: float | None
    folder: Path

    @property
    def model_folder(self) -> Path:
        return self.folder / "model"

    @property
    def predictions_file(self) -> Path:
        return self.folder / "predictions.npz"

    def write(self) -> Path:
        path = self.folder / "job.json"
        path.write_text(json.dumps(asdict(self), default=str))
        return path

    @classmethod
    def read(cls, path: Path) -> Job:
        asked = json.loads(path.read_text())
        for name in ("train_file", "test_file", "folder"):
            asked[name] = Path(asked[name])
        return cls(**asked)


@dataclass(frozen=True)
class Displayed:
    """What the tool shows of the model that it would deploy.

    Attributes
    ----------
    accuracy : share of right rows (sets: exact matches); None where the tool shows none.
    standard_error : of `accuracy`, the tool's own or binomial over the rows it was scored on.
    details : for people: what was deployed, versions.
    r2 : in the place of `accuracy` where labels are numbers; then `standard_error` is of it.
    """

    accuracy: float | None = None
    standard_error: float | None = None
    details: dict[str, Any] = field(default_factory=dict)
    r2: float | None = None


def binomial_error(accuracy: float, n_rows: int) -> float:
    return float(np.sqrt(max(accuracy * (1 - accuracy), 0.0) / max(n_rows, 1)))


def r2_error(r2: float, n_rows: int) -> float:
    """Standard error of R2 over many rows whose errors are normal (Olkin and Finn, 1995)."""
    return float(2 * np.sqrt(max(r2, 0.0)) * (1 - r2) / np.sqrt(max(n_rows, 1)))


@dataclass(frozen=True)
class Predictions:
    """Of the test rows, in their order.

    Attributes
    ----------
    classes : names of the columns of `pred_probs`.
    pred_probs : (N, K)
    labels : what the tool suggests: a class, or a set as the product writes it.
    balanced_labels : sets that it suggests where every label is to count alike; none where it
        offers no such choice.

    Where labels are numbers `classes` are the first of VALUE_COLUMNS, `pred_probs` has these
    columns, and there are no `labels`.
    """

    classes: list[str]
    pred_probs: np.ndarray
    labels: list[str]
    balanced_labels: list[str] = field(default_factory=list)

    def write(self, path: Path) -> None:
        np.savez(
            path,
            classes=np.array(self.classes, dtype=str),
            pred_probs=np.asarray(self.pred_probs, dtype=np.float64),
            labels=np.array(self.labels, dtype=str),
            balanced_labels=np.array(self.balanced_labels, dtype=str),
        )

    @classmethod
    def read(cls, path: Path) -> Predictions:
        with np.load(path, allow_pickle=False) as arrays:
            return cls(
                arrays["classes"].tolist(),
                arrays["pred_probs"],
                arrays["labels"].tolist(),
                arrays["balanced_labels"].tolist(),
            )
