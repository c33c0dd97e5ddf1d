from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from automl.families.base import LinearEstimator, two_sided
from automl.features.tabular import Numbers

MAX_SIGMAS = 5.0


class TabularLogisticRegression(LinearEstimator):
    """Logistic regression on scaled numbers, one column a category, and hashed words.

    Missing numbers get the median of the training rows and a column that says so.
    """

    C = 1.0

    def fit(
        self,
        X: Numbers,
        y: np.ndarray,
        *,
        n_classes: int,
        watched: tuple[Any, np.ndarray] | None = None,
    ) -> Self:
        numeric = X.dense[:, ~X.is_category]
        self.center_ = _nan_safe(np.nanmedian, numeric)
        self.scale_ = np.maximum(_nan_safe(np.nanstd, numeric), 1e-9)
        codes = X.dense[:, X.is_category]
        self.n_codes_ = codes.max(axis=0).astype(np.int64) + 1 if len(codes) else np.zeros(0, int)
        return super().fit(self._design(X), y, n_classes=n_classes)

    def predict_logits(self, X: Numbers, *, n_rounds: int | None = None) -> np.ndarray:
        return super().predict_logits(self._design(X))

    def save(self, folder: Path) -> None:
        super().save(folder)
        np.savez(
            folder / "design.npz", center=self.center_, scale=self.scale_, n_codes=self.n_codes_
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        loaded = super().load(folder)
        with np.load(folder / "design.npz", allow_pickle=False) as arrays:
            loaded.center_, loaded.scale_ = arrays["center"], arrays["scale"]
            loaded.n_codes_ = arrays["n_codes"]
        return loaded

    def _fit_present(self, X: Any, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        regression = LogisticRegression(C=self.C, max_iter=300, tol=1e-3).fit(X, y)
        return two_sided(regression.coef_, regression.intercept_)

    def _design(self, X: Numbers) -> sp.csr_matrix:
        numeric = X.dense[:, ~X.is_category]
        missing = np.isnan(numeric)
        scaled = (np.where(missing, self.center_, numeric) - self.center_) / self.scale_
        blocks = [
            sp.csr_matrix(np.clip(scaled, -MAX_SIGMAS, MAX_SIGMAS)),
            sp.csr_matrix(missing.astype(np.float64)),
            *self._one_hot(X.dense[:, X.is_category]),
            X.words,
        ]
        return sp.hstack(blocks, format="csr")

    def _one_hot(self, codes: np.ndarray) -> list[sp.csr_matrix]:
        rows = np.arange(len(codes))
        blocks = []
        for i, width in enumerate(self.n_codes_):
            # A code that the training rows did not have counts as unseen.
            column = np.where(codes[:, i] < width, codes[:, i], 0).astype(np.int64)
            ones = np.ones(len(codes))
            blocks.append(sp.csr_matrix((ones, (rows, column)), shape=(len(codes), width)))
        return blocks


def _nan_safe(reduce: Any, columns: np.ndarray) -> np.ndarray:
    """Per column, 0 where every cell is missing."""
    known = ~np.isnan(columns).all(axis=0)
    result = np.zeros(columns.shape[1])
    if known.any():
        result[known] = reduce(columns[:, known], axis=0)
    return result
