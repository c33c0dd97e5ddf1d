from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Self

import lightgbm
import numpy as np

from automl.families.base import LOGIT_FLOOR_BELOW, Estimator, class_log_odds
from automl.features.tabular import Numbers

MAX_ROUNDS = 500
PATIENCE = 30
LABEL_ROUNDS = 100
FIXED = {
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_data_in_leaf": 10,
    "feature_fraction": 0.8,
    "cat_smooth": 10,
    "min_data_per_group": 20,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


class LightGbm(Estimator):
    """Gradient-boosted trees (Ke et al., 2017), categories native; multi-label one against rest.

    Attributes
    ----------
    boosters_ : one booster, or one a label; a label that is constant in training has none (None).
    classes_ : class index of each column of the one booster.
    base_ : (K,) logits of the class shares, for what no booster knows.
    """

    has_rounds = True
    boosters_: list[lightgbm.Booster | None]

    def fit(
        self,
        X: Numbers,
        y: np.ndarray,
        *,
        n_classes: int,
        watched: tuple[Any, np.ndarray] | None = None,
    ) -> Self:
        self.base_ = class_log_odds(y, n_classes)
        self.is_label_wise_ = y.ndim == 2
        if self.is_label_wise_:
            self.classes_ = np.arange(n_classes)
            self.boosters_ = [self._fit_label(X, y[:, k]) for k in range(n_classes)]
            return self
        self.classes_ = np.unique(y)
        self.boosters_ = [self._fit_classes(X, y, watched)] if len(self.classes_) > 1 else []
        return self

    def predict_logits(self, X: Numbers, *, n_rounds: int | None = None) -> np.ndarray:
        features = _features(X)
        logits = np.tile(self.base_, (len(features), 1))
        if self.is_label_wise_:
            for k, booster in enumerate(self.boosters_):
                if booster is not None:
                    logits[:, k] = booster.predict(features, raw_score=True)
        elif self.boosters_:
            raw = self._class_scores(features, n_rounds)
            logits[:] = raw.min(axis=1, keepdims=True) - LOGIT_FLOOR_BELOW
            logits[:, self.classes_] = raw
        return logits

    def save(self, folder: Path) -> None:
        about = {
            "is_label_wise": self.is_label_wise_,
            "classes": self.classes_.tolist(),
            "base": self.base_.tolist(),
            "has_booster": [booster is not None for booster in self.boosters_],
        }
        (folder / "lightgbm.json").write_text(json.dumps(about))
        for k, booster in enumerate(self.boosters_):
            if booster is not None:
                (folder / f"booster-{k}.txt").write_text(booster.model_to_string())

    @classmethod
    def load(cls, folder: Path) -> Self:
        about = json.loads((folder / "lightgbm.json").read_text())
        loaded = cls(seed=0)
        loaded.is_label_wise_ = about["is_label_wise"]
        loaded.classes_, loaded.base_ = np.array(about["classes"]), np.array(about["base"])
        loaded.boosters_ = [
            lightgbm.Booster(model_str=(folder / f"booster-{k}.txt").read_text()) if has else None
            for k, has in enumerate(about["has_booster"])
        ]
        return loaded

    def _fit_classes(
        self, X: Numbers, y: np.ndarray, watched: tuple[Any, np.ndarray] | None
    ) -> lightgbm.Booster:
        n_present = len(self.classes_)
        task: dict[str, Any] = {"objective": "binary"}
        if n_present > 2:
            task = {"objective": "multiclass", "num_class": n_present}
        train = _dataset(X, np.searchsorted(self.classes_, y))
        if watched is None:
            booster = lightgbm.train(self._params(task), train, self.n_rounds or LABEL_ROUNDS)
        else:
            booster = self._train_watched(task, train, *watched)
        self.n_rounds_ = booster.best_iteration or booster.current_iteration()
        return booster

    def _train_watched(
        self, task: dict[str, Any], train: lightgbm.Dataset, X: Numbers, y: np.ndarray
    ) -> lightgbm.Booster:
        known = np.isin(y, self.classes_)
        watch = _dataset(X.take(known), np.searchsorted(self.classes_, y[known]), train)
        stop: list[Any] = [lightgbm.early_stopping(PATIENCE, verbose=False)] if known.any() else []
        return lightgbm.train(
            self._params(task),
            train,
            MAX_ROUNDS if known.any() else LABEL_ROUNDS,
            valid_sets=[watch] if known.any() else None,
            callbacks=stop,
        )

    def _fit_label(self, X: Numbers, y: np.ndarray) -> lightgbm.Booster | None:
        if len(np.unique(y)) < 2:
            return None
        return lightgbm.train(self._params({"objective": "binary"}), _dataset(X, y), LABEL_ROUNDS)

    def _class_scores(self, features: np.ndarray, n_rounds: int | None) -> np.ndarray:
        booster = self.boosters_[0]
        assert booster is not None
        raw = np.asarray(booster.predict(features, raw_score=True, num_iteration=n_rounds))
        return raw if raw.ndim == 2 else np.column_stack([-raw / 2, raw / 2])

    def _params(self, task: dict[str, Any]) -> dict[str, Any]:
        return FIXED | task | {"seed": self.seed}


def _dataset(
    X: Numbers, y: np.ndarray, reference: lightgbm.Dataset | None = None
) -> lightgbm.Dataset:
    return lightgbm.Dataset(
        _features(X),
        y,
        categorical_feature=np.flatnonzero(X.is_category).tolist(),
        reference=reference,
        params={name: FIXED[name] for name in ("min_data_in_leaf", "verbosity")},
        free_raw_data=False,
    )


def _features(X: Numbers) -> np.ndarray:
    if X.words.shape[1] == 0:
        return X.dense
    return np.hstack([X.dense, X.words.toarray()])
