"""What families that predict numbers share."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any, Self

import numpy as np

from automl.families.base import Estimator


class Regressor(Estimator):
    """Fits numbers, scaled to mean 0 and standard deviation 1, so that limits and penalties of
    estimators mean the same whatever the unit.

    Predicted numbers, (N, 1), stand where other estimators answer logits.

    Attributes
    ----------
    target_mean_, target_scale_ : of the training rows. A scale of 0: nothing can be learned, and
        the mean is the answer.
    """

    target_mean_: float
    target_scale_: float

    @abstractmethod
    def _fit_scaled(self, X: Any, y: np.ndarray, watched: tuple[Any, np.ndarray] | None) -> None:
        """Learn (N,) scaled numbers that are not all equal."""

    @abstractmethod
    def _predict_scaled(self, X: Any, n_rounds: int | None) -> np.ndarray:
        """(N,) scaled numbers."""

    @abstractmethod
    def _save_scaled(self, folder: Path) -> None: ...

    @abstractmethod
    def _load_scaled(self, folder: Path) -> None: ...

    def fit(
        self,
        X: Any,
        y: np.ndarray,
        *,
        n_classes: int,
        watched: tuple[Any, np.ndarray] | None = None,
    ) -> Self:
        self.target_mean_ = float(y.mean()) if len(y) else 0.0
        # Rounding gives numbers that are all equal a deviation that is not quite 0.
        self.target_scale_ = float(y.std()) if len(y) and np.ptp(y) > 0 else 0.0
        if self.target_scale_ > 0:
            scaled_watched = (watched[0], self._scale_target(watched[1])) if watched else None
            self._fit_scaled(X, self._scale_target(y), scaled_watched)
        return self

    def predict_logits(self, X: Any, *, n_rounds: int | None = None) -> np.ndarray:
        values = np.full(X.n_rows, self.target_mean_)
        if self.target_scale_ > 0 and X.n_rows:
            values += self.target_scale_ * self._predict_scaled(X, n_rounds)
        return values[:, None]

    def save(self, folder: Path) -> None:
        np.savez(folder / "target.npz", mean=self.target_mean_, scale=self.target_scale_)
        if self.target_scale_ > 0:
            self._save_scaled(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        loaded = cls(seed=0)
        with np.load(folder / "target.npz", allow_pickle=False) as arrays:
            loaded.target_mean_ = float(arrays["mean"])
            loaded.target_scale_ = float(arrays["scale"])
        if loaded.target_scale_ > 0:
            loaded._load_scaled(folder)
        return loaded

    def _scale_target(self, y: np.ndarray) -> np.ndarray:
        return (y - self.target_mean_) / self.target_scale_
