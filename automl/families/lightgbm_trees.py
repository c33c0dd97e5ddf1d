from __future__ import annotations

from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from automl.families.boosted_trees import PATIENCE, BoostedRegressor, BoostedTrees, all_columns
from automl.features.tabular import Numbers
from automl.threads import thread_count

FIXED = {
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_data_in_leaf": 10,
    "feature_fraction": 0.8,
    "cat_smooth": 10,
    "min_data_per_group": 20,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


class LightGbm(BoostedTrees):
    """LightGBM (Ke et al., 2017), categories native."""

    PARAMS: dict[str, Any] = {}

    def _train(
        self,
        X: Numbers,
        y: np.ndarray,
        *,
        n_classes: int,
        n_rounds: int,
        watched: tuple[Numbers, np.ndarray] | None,
    ) -> tuple[lightgbm.Booster, int]:
        train = _dataset(X, y)
        watch = [_dataset(*watched, train)] if watched else None
        stop: list[Any] = [lightgbm.early_stopping(PATIENCE, verbose=False)] if watched else []
        task: dict[str, Any] = {"objective": "regression" if n_classes == 1 else "binary"}
        if n_classes > 2:
            task = {"objective": "multiclass", "num_class": n_classes}
        params = FIXED | self.PARAMS | task | {"seed": self.seed, "num_threads": thread_count()}
        booster = lightgbm.train(params, train, n_rounds, valid_sets=watch, callbacks=stop)
        return booster, booster.best_iteration or booster.current_iteration()

    def _scores(self, booster: Any, X: Numbers, n_rounds: int | None) -> np.ndarray:
        return np.asarray(booster.predict(all_columns(X), raw_score=True, num_iteration=n_rounds))

    def _write(self, booster: Any, path: Path) -> None:
        path.with_suffix(".txt").write_text(booster.model_to_string())

    def _read(self, path: Path) -> lightgbm.Booster:
        return lightgbm.Booster(model_str=path.with_suffix(".txt").read_text())


class LightGbmExtraTrees(LightGbm):
    """The same with splits at random thresholds, which is steadier on few rows."""

    PARAMS = {"extra_trees": True, "feature_fraction": 1.0, "learning_rate": 0.06}


class LightGbmRegressor(BoostedRegressor, LightGbm):
    """LightGBM for numbers."""


class LightGbmExtraTreesRegressor(BoostedRegressor, LightGbmExtraTrees):
    """The same with splits at random thresholds."""


def _dataset(
    X: Numbers, y: np.ndarray, reference: lightgbm.Dataset | None = None
) -> lightgbm.Dataset:
    return lightgbm.Dataset(
        all_columns(X),
        y,
        categorical_feature=np.flatnonzero(X.is_category).tolist(),
        reference=reference,
        params={name: FIXED[name] for name in ("min_data_in_leaf", "verbosity")},
        free_raw_data=False,
    )
