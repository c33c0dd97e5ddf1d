from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np

from automl.families.base import Estimator, class_log_odds


class Majority(Estimator):
    """The class shares of the training rows, for every row alike: what a score must beat."""

    def fit(
        self,
        X: Any,
        y: np.ndarray,
        *,
        n_classes: int,
        watched: tuple[Any, np.ndarray] | None = None,
    ) -> Self:
        self.base_ = class_log_odds(y, n_classes)
        return self

    def predict_logits(self, X: Any, *, n_rounds: int | None = None) -> np.ndarray:
        return np.tile(self.base_, (X.n_rows, 1))

    def save(self, folder: Path) -> None:
        np.savez(folder / "base.npz", base=self.base_)

    @classmethod
    def load(cls, folder: Path) -> Self:
        loaded = cls(seed=0)
        with np.load(folder / "base.npz", allow_pickle=False) as arrays:
            loaded.base_ = arrays["base"]
        return loaded
