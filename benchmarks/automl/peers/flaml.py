"""FLAML: one job, its own choice between cross-validation and a hold-out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from flaml import AutoML

from benchmarks.automl.jobs import Displayed, Predictions, binomial_error
from benchmarks.automl.peers.frames import Task


def fit(task: Task) -> Displayed:
    automl = AutoML()
    automl.fit(
        task.X,
        task.y,
        task="classification",
        metric=task.options["metric"],
        time_budget=task.time_limit,
        n_jobs=1,
        seed=task.seed,
        verbose=0,
    )
    automl.pickle(str(task.folder / "flaml.pkl"))
    details = {"deployed": automl.best_estimator, "resampling": automl._state.resampling_strategy}
    if task.options["metric"] != "accuracy":
        return Displayed(details=details)
    accuracy = 1 - float(automl.best_loss)
    return Displayed(accuracy, binomial_error(accuracy, _validation_rows(automl, task)), details)


def load(folder: Path) -> AutoML:
    return AutoML.load_pickle(str(folder / "flaml.pkl"))


def predict(automl: AutoML, X: pd.DataFrame) -> Predictions:
    probs = np.asarray(automl.predict_proba(X))
    classes = [str(name) for name in automl.classes_]
    return Predictions(classes, probs, [str(label) for label in automl.predict(X)])


def _validation_rows(automl: AutoML, task: Task) -> int:
    held_out = automl._state.X_val
    return len(task.y) if held_out is None else len(held_out)
