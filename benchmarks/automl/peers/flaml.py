"""FLAML: one job, its own choice between cross-validation and a hold-out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from flaml import AutoML

from benchmarks.automl.jobs import Displayed, Predictions, binomial_error, r2_error
from benchmarks.automl.peers.frames import Task

# Its default.
HOLDOUT_SHARE = 0.1


def fit(task: Task) -> Displayed:
    automl = AutoML()
    metric = "r2" if task.is_regression else task.options["metric"]
    automl.fit(
        task.X,
        task.y,
        task="regression" if task.is_regression else "classification",
        metric=metric,
        time_budget=task.time_limit,
        n_jobs=1,
        split_ratio=HOLDOUT_SHARE,
        seed=task.seed,
        verbose=0,
    )
    automl.pickle(str(task.folder / "flaml.pkl"))
    how = automl._state.eval_method
    details = {"deployed": automl.best_estimator, "scored_by": how}
    # Its loss is one minus the metric, for both.
    score = 1 - float(automl.best_loss)
    n_rows = len(task.y) if how == "cv" else int(HOLDOUT_SHARE * len(task.y))
    if metric == "r2":
        return Displayed(r2=score, standard_error=r2_error(score, n_rows), details=details)
    if metric != "accuracy":
        return Displayed(details=details)
    return Displayed(score, binomial_error(score, n_rows), details)


def load(folder: Path) -> AutoML:
    return AutoML.load_pickle(str(folder / "flaml.pkl"))


def predict(automl: AutoML, X: pd.DataFrame) -> Predictions:
    probs = np.asarray(automl.predict_proba(X))
    classes = [str(name) for name in automl.classes_]
    return Predictions(classes, probs, [str(label) for label in automl.predict(X)])


def predict_values(automl: AutoML, X: pd.DataFrame) -> np.ndarray:
    return np.asarray(automl.predict(X), dtype=float)
