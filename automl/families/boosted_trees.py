"""What all gradient-boosted trees share: classes, labels, rounds, and how they are kept."""

from __future__ import annotations

import json
from abc import abstractmethod
from pathlib import Path
from typing import Any, Self

import numpy as np

from automl.families.base import LOGIT_FLOOR_BELOW, Estimator, class_log_odds
from automl.families.regressors import Regressor
from automl.features.tabular import Numbers

MAX_ROUNDS = 500
PATIENCE = 30
LABEL_ROUNDS = 100
# Numbers take more rounds than classes to be told apart.
MAX_VALUE_ROUNDS = 2000
BOOSTER = "booster-0"


class BoostedTrees(Estimator):
    """One booster for the classes that occur, or one a label (multi-label: one against rest).

    Attributes
    ----------
    boosters_ : None for a label that is constant in training.
    classes_ : class index of each column of the one booster.
    base_ : (K,) logits of the class shares, for what no booster knows.
    """

    has_rounds = True
    boosters_: list[Any]

    @abstractmethod
    def _train(
        self,
        X: Numbers,
        y: np.ndarray,
        *,
        n_classes: int,
        n_rounds: int,
        watched: tuple[Numbers, np.ndarray] | None,
    ) -> tuple[Any, int]:
        """A booster, and the rounds it is best with on the watched rows.

        `y` has classes 0.., or, where `n_classes` is 1, scaled numbers.
        """

    @abstractmethod
    def _scores(self, booster: Any, X: Numbers, n_rounds: int | None) -> np.ndarray:
        """(N, n_classes) logits; (N,) log-odds of the second of two classes, or scaled numbers."""

    @abstractmethod
    def _write(self, booster: Any, path: Path) -> None: ...

    @abstractmethod
    def _read(self, path: Path) -> Any: ...

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
        can_learn = len(self.classes_) > 1 and has_variation(X)
        self.boosters_ = [self._fit_classes(X, y, watched)] if can_learn else []
        return self

    def predict_logits(self, X: Numbers, *, n_rounds: int | None = None) -> np.ndarray:
        logits = np.tile(self.base_, (X.n_rows, 1))
        if X.n_rows == 0:
            return logits
        if self.is_label_wise_:
            for k, booster in enumerate(self.boosters_):
                if booster is not None:
                    logits[:, k] = self._scores(booster, X, None)
        elif self.boosters_:
            raw = self._scores(self.boosters_[0], X, n_rounds)
            raw = raw if raw.ndim == 2 else np.column_stack([-raw / 2, raw / 2])
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
        (folder / "boosted_trees.json").write_text(json.dumps(about))
        for k, booster in enumerate(self.boosters_):
            if booster is not None:
                self._write(booster, folder / f"booster-{k}")

    @classmethod
    def load(cls, folder: Path) -> Self:
        about = json.loads((folder / "boosted_trees.json").read_text())
        loaded = cls(seed=0)
        loaded.is_label_wise_ = about["is_label_wise"]
        loaded.classes_, loaded.base_ = np.array(about["classes"]), np.array(about["base"])
        loaded.boosters_ = [
            loaded._read(folder / f"booster-{k}") if has else None
            for k, has in enumerate(about["has_booster"])
        ]
        return loaded

    def _fit_classes(
        self, X: Numbers, y: np.ndarray, watched: tuple[Numbers, np.ndarray] | None
    ) -> Any:
        known = self._known(watched)
        booster, self.n_rounds_ = self._train(
            X,
            np.searchsorted(self.classes_, y),
            n_classes=len(self.classes_),
            n_rounds=MAX_ROUNDS if known else self.n_rounds or LABEL_ROUNDS,
            watched=known,
        )
        return booster

    def _known(
        self, watched: tuple[Numbers, np.ndarray] | None
    ) -> tuple[Numbers, np.ndarray] | None:
        """The watched rows whose class occurs in training."""
        if watched is None:
            return None
        X, y = watched
        known = np.isin(y, self.classes_)
        if not known.any():
            return None
        return X.take(known), np.searchsorted(self.classes_, y[known])

    def _fit_label(self, X: Numbers, y: np.ndarray) -> Any:
        if len(np.unique(y)) < 2 or not has_variation(X):
            return None
        return self._train(X, y, n_classes=2, n_rounds=LABEL_ROUNDS, watched=None)[0]


class BoostedRegressor(Regressor, BoostedTrees):
    """One booster for numbers.

    Attributes
    ----------
    booster_ : None where no column tells two rows apart.
    """

    booster_: Any

    def _fit_scaled(
        self, X: Numbers, y: np.ndarray, watched: tuple[Numbers, np.ndarray] | None
    ) -> None:
        self.booster_ = None
        if watched is not None and len(watched[1]) == 0:
            watched = None
        if has_variation(X):
            n_rounds = MAX_VALUE_ROUNDS if watched else self.n_rounds or LABEL_ROUNDS
            self.booster_, self.n_rounds_ = self._train(
                X, y, n_classes=1, n_rounds=n_rounds, watched=watched
            )

    def _predict_scaled(self, X: Numbers, n_rounds: int | None) -> np.ndarray:
        if self.booster_ is None:
            return np.zeros(X.n_rows)
        return self._scores(self.booster_, X, n_rounds)

    def _save_scaled(self, folder: Path) -> None:
        if self.booster_ is not None:
            self._write(self.booster_, folder / BOOSTER)

    def _load_scaled(self, folder: Path) -> None:
        self.booster_ = self._read(folder / BOOSTER) if any(folder.glob(f"{BOOSTER}.*")) else None


def has_variation(X: Numbers) -> bool:
    """Whether any column tells two rows apart."""
    columns = np.nan_to_num(all_columns(X), nan=np.inf)
    return bool((columns != columns[:1]).any())


def all_columns(X: Numbers) -> np.ndarray:
    """(N, n) float64: numbers, codes and hashed words side by side."""
    if X.words.shape[1] == 0:
        return X.dense
    return np.hstack([X.dense, X.words.toarray()])
