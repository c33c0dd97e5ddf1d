"""mljar-supervised in its "Perform" mode: 5-fold cross-validation and an ensemble."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from supervised.automl import AutoML

from benchmarks.automl.jobs import Displayed, Predictions, binomial_error
from benchmarks.automl.peers.frames import Task

LABEL = "label"
PREFIX = "prediction_"


def fit(task: Task) -> Displayed:
    automl = AutoML(
        results_path=str(task.folder),
        mode="Perform",
        eval_metric=task.options["metric"],
        total_time_limit=max(int(task.time_limit), 1),
        n_jobs=1,
        random_state=task.seed,
        verbose=0,
    )
    automl.fit(task.X, task.y)
    board = automl.get_leaderboard().set_index("name")
    name = automl._best_model.get_name()
    details = {"deployed": name, "models": len(board)}
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
