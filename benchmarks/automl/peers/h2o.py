"""H2O AutoML: one thread in a Java process of its own, selected by log-loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h2o
import numpy as np
import pandas as pd
from h2o.automl import H2OAutoML

from benchmarks.automl.jobs import Displayed, Predictions, binomial_error, r2_error
from benchmarks.automl.peers.frames import Task

LABEL = "__label__"
MEMORY = "8g"


def fit(task: Task) -> Displayed:
    _start()
    frame = h2o.H2OFrame(task.X.assign(**{LABEL: task.y}))
    if not task.is_regression:
        frame[LABEL] = frame[LABEL].asfactor()
    automl = H2OAutoML(
        max_runtime_secs=max(int(task.time_limit), 1),
        seed=task.seed,
        nfolds=5,
        sort_metric="RMSE" if task.is_regression else "logloss",
        verbosity=None,
    )
    automl.train(y=LABEL, training_frame=frame)
    if automl.leader is None:
        raise RuntimeError("no model was trained within the limit")
    h2o.save_model(automl.leader, path=str(task.folder), filename="leader", force=True)
    summary = automl.leader.cross_validation_metrics_summary().as_data_frame()
    means = summary.set_index(summary.columns[0])["mean"]
    details = {"deployed": automl.leader.model_id, "models": automl.leaderboard.nrow}
    if task.is_regression:
        r2 = float(means["r2"])
        return Displayed(r2=r2, standard_error=r2_error(r2, len(task.y)), details=details)
    accuracy = float(means["accuracy"])
    return Displayed(accuracy, binomial_error(accuracy, len(task.y)), details)


def load(folder: Path) -> Any:
    _start()
    return h2o.load_model(str(folder / "leader"))


def predict(model: Any, X: pd.DataFrame) -> Predictions:
    found = model.predict(h2o.H2OFrame(X)).as_data_frame()
    # Columns of classes that look like numbers are renamed; their order is that of the domain.
    classes = [str(name) for name in model._model_json["output"]["domains"][-1]]
    labels = [str(label) for label in found["predict"]]
    return Predictions(classes, found.iloc[:, 1:].to_numpy(), labels)


def predict_values(model: Any, X: pd.DataFrame) -> np.ndarray:
    return model.predict(h2o.H2OFrame(X)).as_data_frame()["predict"].to_numpy()


def _start() -> None:
    h2o.no_progress()
    h2o.init(nthreads=1, max_mem_size=MEMORY, verbose=False)
