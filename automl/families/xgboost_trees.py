from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xgboost

from automl.families.boosted_trees import PATIENCE, BoostedRegressor, BoostedTrees, all_columns
from automl.features.tabular import Numbers
from automl.threads import thread_count

FIXED = {
    "eta": 0.06,
    "max_depth": 6,
    "min_child_weight": 2,
    "subsample": 0.9,
    "colsample_bytree": 0.8,
    "max_cat_to_onehot": 8,
    # A quarter of the cost of 256 on wide tables, at about equal scores.
    "max_bin": 64,
    "tree_method": "hist",
    "verbosity": 0,
}

# Coarse bins cost more where numbers are told apart.
NUMBERS = {
    "objective": "reg:squarederror",
    "eval_metric": "rmse",
    "base_score": 0.0,
    "max_bin": 256,
}


class XgBoost(BoostedTrees):
    """XGBoost (Chen and Guestrin, 2016), categories native."""

    def _train(
        self,
        X: Numbers,
        y: np.ndarray,
        *,
        n_classes: int,
        n_rounds: int,
        watched: tuple[Numbers, np.ndarray] | None,
    ) -> tuple[xgboost.Booster, int]:
        task: dict[str, Any] = {"objective": "binary:logistic", "eval_metric": "logloss"}
        if n_classes == 1:
            task = NUMBERS
        if n_classes > 2:
            task = {"objective": "multi:softprob", "eval_metric": "mlogloss"}
            task["num_class"] = n_classes
        booster = xgboost.train(
            FIXED | task | {"seed": self.seed, "nthread": thread_count()},
            _matrix(X, y),
            n_rounds,
            evals=[(_matrix(*watched), "watched")] if watched else None,
            early_stopping_rounds=PATIENCE if watched else None,
            verbose_eval=False,
        )
        return booster, booster.best_iteration + 1 if watched else n_rounds

    def _scores(self, booster: Any, X: Numbers, n_rounds: int | None) -> np.ndarray:
        # Without a number, the rounds that were best on watched rows must not be assumed.
        trained = booster.num_boosted_rounds()
        rounds = (0, min(n_rounds or trained, trained))
        return np.asarray(
            booster.predict(_matrix(X), output_margin=True, iteration_range=rounds),
            dtype=np.float64,
        )

    def _write(self, booster: Any, path: Path) -> None:
        path.with_suffix(".ubj").write_bytes(booster.save_raw("ubj"))

    def _read(self, path: Path) -> xgboost.Booster:
        booster = xgboost.Booster({"nthread": thread_count()})
        booster.load_model(bytearray(path.with_suffix(".ubj").read_bytes()))
        return booster


class XgBoostRegressor(BoostedRegressor, XgBoost):
    """XGBoost for numbers."""


def _matrix(X: Numbers, y: np.ndarray | None = None) -> xgboost.DMatrix:
    columns = all_columns(X)
    kinds = np.full(columns.shape[1], "float", dtype=object)
    kinds[: len(X.is_category)][X.is_category] = "c"
    return xgboost.DMatrix(
        columns,
        y,
        feature_types=kinds.tolist(),
        enable_categorical=True,
        nthread=thread_count(),
    )
