"""FLAML: one job, its own choice between cross-validation and a hold-out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from flaml import AutoML

from benchmarks.automl.jobs import Displayed, Predictions, binomial_error
from benchmarks.automl.peers.frames import Task

# Its default.
HOLDOUT_SHARE = 0.1


def fit(task: Task) -> Displayed:
    automl = AutoML()
    automl.fit(
        task.X,
        task.y,
        task="classification",
        metric=task.options["metric"],
        time_budget=task.time_limit,
        n_jobs=1,
        split_ratio=HOLDOUT_SHARE,
        seed=task.seed,
        verbose=0,
    )
    automl.pickle(str(task.folder / "flaml.pkl"))
    how = automl._state.eval_method
    details = {"deployed": automl.best_estimator, "scored_by": how}
    if task.options["metric"] != "accuracy":
        return Displayed(details=details)
    accuracy = 1 - float(automl.best_loss)
    n_rows = len(task.y) if how == "cv" else int(HOLDOUT_SHARE * len(task.y))
    return Displayed(accuracy, binomial_error(accuracy, n_rows), details)


def load(folder: Path) -> AutoML:
    return AutoML.load_pickle(str(folder / "flaml.pkl"))


def predict(automl: AutoML, X: pd.DataFrame) -> Predictions:
    probs = np.asarray(automl.predict_proba(X))
    classes = [str(name) for name in automl.classes_]
    return Predictions(classes, probs, [str(label) for label in automl.predict(X)])
