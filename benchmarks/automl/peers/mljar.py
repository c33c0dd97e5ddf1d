"""mljar-supervised in its "Perform" mode: 5-fold cross-validation and an ensemble."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from supervised.automl import AutoML

from benchmarks.automl.jobs import Displayed, Predictions, binomial_error, r2_error
from benchmarks.automl.peers.frames import Task

LABEL = "label"
PREFIX = "prediction_"


def fit(task: Task) -> Displayed:
    automl = AutoML(
        results_path=str(task.folder),
        mode="Perform",
        ml_task="regression" if task.is_regression else "auto",
        eval_metric="rmse" if task.is_regression else task.options["metric"],
        total_time_limit=max(int(task.time_limit), 1),
        n_jobs=1,
        random_state=task.seed,
        verbose=0,
    )
    automl.fit(task.X, task.y)
    board = automl.get_leaderboard().set_index("name")
    name = automl._best_model.get_name()
    details = {"deployed": name, "models": len(board)}
    if task.is_regression:
        # R2 of the error that it shows: it minimises, and R2 itself could have either sign.
        r2 = 1 - float(board.loc[name, "metric_value"]) ** 2 / float(task.y.var(ddof=0))
        return Displayed(r2=r2, standard_error=r2_error(r2, len(task.y)), details=details)
    if task.options["metric"] != "accuracy":
        return Displayed(details=details)
    # It minimises, so an accuracy may be kept with its sign turned.
    accuracy = abs(float(board.loc[name, "metric_value"]))
    return Displayed(accuracy, binomial_error(accuracy, len(task.y)), details)


def load(folder: Path) -> AutoML:
    return AutoML(results_path=str(folder))


def predict(automl: AutoML, X: pd.DataFrame) -> Predictions:
    found = automl.predict_all(X)
    columns = [name for name in found.columns if name.startswith(PREFIX)]
    classes = [name.removeprefix(PREFIX) for name in columns]
    labels = [str(label) for label in found[LABEL]]
    return Predictions(classes, found[columns].to_numpy(), labels)


def predict_values(automl: AutoML, X: pd.DataFrame) -> np.ndarray:
    return np.asarray(automl.predict(X), dtype=float)
