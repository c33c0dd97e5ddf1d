"""AutoGluon (tabular): one core, no GPU, a preset and the metric that it selects by."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from autogluon.tabular import TabularPredictor

from benchmarks.automl.jobs import Displayed, Predictions, binomial_error, r2_error
from benchmarks.automl.peers.frames import Task

LABEL = "__label__"
DEPLOYED = "deployed"


def fit(task: Task) -> Displayed:
    """The artefact is what AutoGluon itself keeps for a deployment, without training rows."""
    with tempfile.TemporaryDirectory() as scratch:
        predictor = _train(task, scratch)
        displayed = _displayed(predictor, _metric(task))
        predictor.clone_for_deployment(str(task.folder / DEPLOYED))
    return displayed


def load(folder: Path) -> TabularPredictor:
    return TabularPredictor.load(str(folder / DEPLOYED))


def predict(predictor: TabularPredictor, X: pd.DataFrame) -> Predictions:
    probs = predictor.predict_proba(X, as_multiclass=True)
    labels = predictor.predict_from_proba(probs)
    return Predictions([str(name) for name in probs.columns], np.asarray(probs), labels.tolist())


def predict_values(predictor: TabularPredictor, X: pd.DataFrame) -> np.ndarray:
    return np.asarray(predictor.predict(X), dtype=float)


def _metric(task: Task) -> str:
    return "r2" if task.is_regression else task.options["metric"]


def _problem_type(task: Task) -> str:
    if task.is_regression:
        return "regression"
    return "binary" if task.y.nunique() == 2 else "multiclass"


def _train(task: Task, scratch: str) -> TabularPredictor:
    predictor = TabularPredictor(
        label=LABEL,
        problem_type=_problem_type(task),
        eval_metric=_metric(task),
        path=scratch,
        learner_kwargs={"random_state": task.seed},
        verbosity=1,
    )
    return predictor.fit(
        task.X.assign(**{LABEL: task.y}),
        presets=task.options["preset"],
        time_limit=task.time_limit,
        num_cpus=1,
        num_gpus=0,
        # Folds one after the other in this process: a second process has no core of its own.
        ag_args_ensemble={"fold_fitting_strategy": "sequential_local"},
    )


def _displayed(predictor: TabularPredictor, metric: str) -> Displayed:
    board = predictor.leaderboard(silent=True).set_index("model")
    details = {"deployed": predictor.model_best, "models": len(board)}
    if metric == "r2":
        r2 = _validation_score(predictor, board)
        error = r2_error(r2, _validation_rows(predictor))
        return Displayed(r2=r2, standard_error=error, details=details)
    if metric != "accuracy":
        return Displayed(details=details)
    accuracy = _validation_score(predictor, board)
    return Displayed(accuracy, binomial_error(accuracy, _validation_rows(predictor)), details)


def _validation_score(predictor: TabularPredictor, board: pd.DataFrame) -> float:
    """A refitted model ("_FULL") has no score of its own: its parent's is shown."""
    parents: dict[str, Any] = {full: name for name, full in predictor.model_refit_map().items()}
    name = predictor.model_best
    return float(board.loc[parents.get(name, name), "score_val"])


def _validation_rows(predictor: TabularPredictor) -> int:
    """Bagged models are scored on all training rows, others on rows that were held out."""
    held_out = predictor.load_data_internal(data="val")[1]
    if held_out is None:
        return len(predictor.load_data_internal(data="train", return_X=False)[1])
    return len(held_out)
