"""Votes of the most similar training rows."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from automl.families.base import Estimator, class_log_odds
from automl.families.regressors import Regressor
from automl.problem import are_values

N_NEIGHBORS = 25
# So few that their distances to all training rows stay in the processor's cache.
BATCH_ROWS = 100
PRIOR_ROWS = 1.0


class NearestNeighbors(Estimator):
    """k-nearest neighbours with votes that grow with similarity (Dudani, 1976).

    Shares of votes are smoothed by the shares of the classes, so that no class has probability 0.

    Attributes
    ----------
    rows_ : (N, n_columns) float16 training rows; labels_ : (N,) classes or numbers, or (N, K).
    base_ : (K,) logits of the class shares.
    """

    @abstractmethod
    def design(self, X: Any) -> np.ndarray:
        """(N, n_columns) float32."""

    def fit(
        self,
        X: Any,
        y: np.ndarray,
        *,
        n_classes: int,
        watched: tuple[Any, np.ndarray] | None = None,
    ) -> Self:
        self.rows_, self.labels_ = self.design(X).astype(np.float16), y.astype(np.int16)
        self.base_ = class_log_odds(y, n_classes)
        return self

    def predict_logits(self, X: Any, *, n_rounds: int | None = None) -> np.ndarray:
        logits = np.tile(self.base_, (X.n_rows, 1))
        if len(self.rows_) == 0 or self.rows_.shape[1] == 0:
            return logits
        queries = self.design(X).astype(np.float64)
        for start in range(0, len(queries), BATCH_ROWS):
            part = slice(start, start + BATCH_ROWS)
            logits[part] = self._vote(queries[part])
        return logits

    @cached_property
    def _known(self) -> tuple[np.ndarray, np.ndarray]:
        """The training rows and the squares of their lengths; of single rows it would be most of
        the time to make them each time. In 64 bits: which rows are nearest must not hang on how
        many rows are asked at once."""
        known = self.rows_.astype(np.float64)
        return known, (known**2).sum(axis=1)

    def save(self, folder: Path) -> None:
        np.savez(folder / "neighbors.npz", rows=self.rows_, labels=self.labels_, base=self.base_)

    @classmethod
    def load(cls, folder: Path) -> Self:
        loaded = cls(seed=0)
        loaded._load_neighbors(folder)
        return loaded

    def _load_neighbors(self, folder: Path) -> None:
        with np.load(folder / "neighbors.npz", allow_pickle=False) as arrays:
            self.rows_, self.labels_ = arrays["rows"], arrays["labels"]
            self.base_ = arrays["base"]

    def _vote(self, queries: np.ndarray) -> np.ndarray:
        known, lengths = self._known
        squared = lengths - 2 * (queries @ known.T) + (queries**2).sum(axis=1, keepdims=True)
        k = min(N_NEIGHBORS, len(known))
        nearest = np.argpartition(squared, k - 1, axis=1)[:, :k]
        distance = np.sqrt(np.maximum(np.take_along_axis(squared, nearest, axis=1), 0))
        weights = _weights(distance)
        if are_values(self.labels_):
            means = (weights * self.labels_[nearest]).sum(axis=1) / weights.sum(axis=1)
            return np.asarray(means[:, None])
        if self.labels_.ndim == 2:
            return self._label_logits(weights, nearest)
        votes = np.zeros((len(queries), len(self.base_)))
        rows = np.arange(len(queries))[:, None]
        np.add.at(votes, (rows, self.labels_[nearest]), weights)
        return np.log(votes + PRIOR_ROWS * np.exp(self.base_))

    def _label_logits(self, weights: np.ndarray, nearest: np.ndarray) -> np.ndarray:
        prior = PRIOR_ROWS / (1 + np.exp(-self.base_))
        yes = np.einsum("nk,nkl->nl", weights, self.labels_[nearest]) + prior
        total = weights.sum(axis=1, keepdims=True) + PRIOR_ROWS
        return np.log(yes / (total - yes))


class NeighborsRegressor(Regressor, NearestNeighbors):
    """The mean of the nearest rows' numbers, with the same weights."""

    def _fit_scaled(self, X: Any, y: np.ndarray, watched: tuple[Any, np.ndarray] | None) -> None:
        self.rows_, self.labels_ = self.design(X).astype(np.float16), y
        self.base_ = np.zeros(1)

    def _predict_scaled(self, X: Any, n_rounds: int | None) -> np.ndarray:
        return NearestNeighbors.predict_logits(self, X)[:, 0]

    def _save_scaled(self, folder: Path) -> None:
        NearestNeighbors.save(self, folder)

    def _load_scaled(self, folder: Path) -> None:
        self._load_neighbors(folder)


def _weights(distance: np.ndarray) -> np.ndarray:
    """From 1 for the nearest towards 0 for the farthest of the k; all 1 where they are as near."""
    nearest, farthest = distance.min(axis=1, keepdims=True), distance.max(axis=1, keepdims=True)
    spread = farthest - nearest
    share = (farthest - distance) / np.maximum(spread, 1e-9)
    weights: np.ndarray = np.where(spread > 0, np.maximum(share, 0.05), 1.0)
    return weights
