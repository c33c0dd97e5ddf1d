from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import Ridge

from automl.families.regressors import Regressor


class RidgeRegression(Regressor):
    """Least squares with a penalty on squared coefficients (Hoerl and Kennard, 1970).

    Attributes
    ----------
    coef_ : (n_features,) float32; intercept_ : float
    """

    ALPHA = 1.0
    coef_: np.ndarray
    intercept_: float

    @abstractmethod
    def design(self, X: Any) -> Any:
        """(N, n_features), sparse or dense."""

    def _fit_scaled(self, X: Any, y: np.ndarray, watched: tuple[Any, np.ndarray] | None) -> None:
        columns = self.design(X)
        self.coef_, self.intercept_ = np.zeros(columns.shape[1], dtype=np.float32), 0.0
        if columns.shape[1]:
            ridge = Ridge(alpha=self.ALPHA, random_state=self.seed).fit(columns, y)
            self.coef_, self.intercept_ = ridge.coef_.astype(np.float32), float(ridge.intercept_)

    def _predict_scaled(self, X: Any, n_rounds: int | None) -> np.ndarray:
        return np.asarray(self.design(X) @ self.coef_, dtype=np.float64) + self.intercept_

    def _save_scaled(self, folder: Path) -> None:
        np.savez(folder / "linear.npz", coef=self.coef_, intercept=self.intercept_)

    def _load_scaled(self, folder: Path) -> None:
        with np.load(folder / "linear.npz", allow_pickle=False) as arrays:
            self.coef_, self.intercept_ = arrays["coef"], float(arrays["intercept"])
