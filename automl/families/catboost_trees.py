from __future__ import annotations

from pathlib import Path
from typing import Any

import catboost
import numpy as np
import pandas as pd

from automl.families.boosted_trees import PATIENCE, BoostedRegressor, BoostedTrees, all_columns
from automl.features.tabular import Numbers
from automl.threads import thread_count

FIXED = {
    "learning_rate": 0.06,
    "depth": 6,
    "border_count": 128,
    "boosting_type": "Plain",
    "max_ctr_complexity": 1,
    "use_best_model": False,
    "allow_writing_files": False,
    "logging_level": "Silent",
}

MAX_FEW_ROWS = 100


class CatBoostTrees(BoostedTrees):
    """CatBoost (Prokhorenkova et al., 2018), categories as ordered target statistics."""

    def _train(
        self,
        X: Numbers,
        y: np.ndarray,
        *,
        n_classes: int,
        n_rounds: int,
        watched: tuple[Numbers, np.ndarray] | None,
    ) -> tuple[catboost.CatBoost, int]:
        task: dict[str, Any] = {"loss_function": "Logloss" if n_classes == 2 else "MultiClass"}
        if n_classes == 1:
            task["loss_function"] = "RMSE"
        if n_classes > 2:
            task["classes_count"] = n_classes
        stop = {"od_type": "Iter", "od_wait": PATIENCE} if watched else {}
        booster = catboost.CatBoost(
            FIXED
            | task
            | stop
            | {
                "iterations": n_rounds,
                "random_seed": self.seed,
                "thread_count": thread_count(),
            }
        )
        booster.fit(_pool(X, y), eval_set=_pool(*watched) if watched else None)
        best = booster.get_best_iteration() if watched else None
        return booster, booster.tree_count_ if best is None else best + 1

    def _scores(self, booster: Any, X: Numbers, n_rounds: int | None) -> np.ndarray:
        trained = booster.tree_count_
        raw = booster.predict(
            _pool(X),
            prediction_type="RawFormulaVal",
            ntree_end=min(n_rounds or trained, trained),
            thread_count=thread_count(),
        )
        return np.asarray(raw)

    def _write(self, booster: Any, path: Path) -> None:
        # Left as they are, a random name and the time would make equal models unequal files.
        booster.get_metadata()["model_guid"] = ""
        booster.get_metadata()["train_finish_time"] = ""
        booster.save_model(str(path.with_suffix(".cbm")), format="cbm")

    def _read(self, path: Path) -> catboost.CatBoost:
        booster = catboost.CatBoost()
        booster.load_model(str(path.with_suffix(".cbm")), format="cbm")
        return booster


class CatBoostRegressor(BoostedRegressor, CatBoostTrees):
    """CatBoost for numbers."""


def _pool(X: Numbers, y: np.ndarray | None = None) -> catboost.Pool:
    categories = np.flatnonzero(X.is_category).tolist()
    cells = _make_frame(X, categories) if X.n_rows > MAX_FEW_ROWS else _make_cells(X, categories)
    return catboost.Pool(cells, y, cat_features=categories, thread_count=thread_count())


def _make_frame(X: Numbers, categories: list[int]) -> pd.DataFrame:
    table = pd.DataFrame(all_columns(X))
    for column in categories:
        table[column] = table[column].astype(np.int64)
    return table


def _make_cells(X: Numbers, categories: list[int]) -> np.ndarray:
    """The same as objects: of many rows they take memory, and a frame takes a millisecond."""
    cells = all_columns(X).astype(object)
    cells[:, categories] = cells[:, categories].astype(np.int64)
    return cells
