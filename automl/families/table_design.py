"""A table as one matrix of numbers for estimators that need scales and have no categories."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import scipy.sparse as sp

from automl.families.base import Estimator
from automl.features.tabular import Numbers

MAX_SIGMAS = 5.0


@dataclass
class TableDesign:
    """Scaled numbers, one column a category, and hashed words.

    Missing numbers get the median of the training rows and a column that says so.

    Attributes
    ----------
    center, scale : (n_numeric,) median and standard deviation of the training rows.
    n_codes : (n_categorical,) columns of each category, code 0 (unseen) among them.
    """

    center: np.ndarray
    scale: np.ndarray
    n_codes: np.ndarray

    @classmethod
    def fit(cls, X: Numbers) -> TableDesign:
        numeric, codes = X.dense[:, ~X.is_category], X.dense[:, X.is_category]
        return cls(
            center=_nan_safe(np.nanmedian, numeric),
            scale=np.maximum(_nan_safe(np.nanstd, numeric), 1e-9),
            n_codes=codes.max(axis=0).astype(np.int64) + 1 if len(codes) else np.zeros(0, int),
        )

    def transform(self, X: Numbers) -> sp.csr_matrix:
        numeric = X.dense[:, ~X.is_category]
        missing = np.isnan(numeric)
        scaled = (np.where(missing, self.center, numeric) - self.center) / self.scale
        blocks = [
            sp.csr_matrix(np.clip(scaled, -MAX_SIGMAS, MAX_SIGMAS)),
            sp.csr_matrix(missing.astype(np.float64)),
            self._one_hot(X.dense[:, X.is_category]),
            X.words,
        ]
        return sp.hstack(blocks, format="csr")

    def save(self, folder: Path) -> None:
        np.savez(folder / "design.npz", center=self.center, scale=self.scale, n_codes=self.n_codes)

    @classmethod
    def load(cls, folder: Path) -> TableDesign:
        with np.load(folder / "design.npz", allow_pickle=False) as arrays:
            return cls(arrays["center"], arrays["scale"], arrays["n_codes"])

    def _one_hot(self, codes: np.ndarray) -> sp.csr_matrix:
        # A code that the training rows did not have counts as unseen.
        known = np.where(codes < self.n_codes, codes, 0).astype(np.int64)
        starts = np.cumsum(self.n_codes) - self.n_codes
        columns, ends = known + starts, np.arange(len(codes) + 1) * codes.shape[1]
        shape = (len(codes), int(self.n_codes.sum()))
        return sp.csr_matrix((np.ones(columns.size), columns.ravel(), ends), shape=shape)


class OnTableDesign(Estimator):
    """Puts a `TableDesign`, fitted on the training rows, before an estimator with `design`."""

    design_: TableDesign

    def fit(
        self,
        X: Numbers,
        y: np.ndarray,
        *,
        n_classes: int,
        watched: tuple[Any, np.ndarray] | None = None,
    ) -> Self:
        self.design_ = TableDesign.fit(X)
        return super().fit(X, y, n_classes=n_classes, watched=watched)  # type: ignore[safe-super]

    def design(self, X: Numbers) -> Any:
        return self.design_.transform(X)

    def save(self, folder: Path) -> None:
        super().save(folder)  # type: ignore[safe-super]
        self.design_.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        loaded = super().load(folder)
        loaded.design_ = TableDesign.load(folder)
        return loaded


class OnDenseTableDesign(OnTableDesign):
    def design(self, X: Numbers) -> np.ndarray:
        dense: np.ndarray = super().design(X).toarray().astype(np.float32)
        return dense


def _nan_safe(reduce: Any, columns: np.ndarray) -> np.ndarray:
    """Per column, 0 where every cell is missing."""
    known = ~np.isnan(columns).all(axis=0)
    result = np.zeros(columns.shape[1])
    if known.any():
        result[known] = reduce(columns[:, known], axis=0)
    return result
