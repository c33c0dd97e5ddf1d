"""What every family's estimator offers, and the shape that linear ones share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Self

import numpy as np

from automl.progress import Progress, ignore_progress

LOGIT_FLOOR_BELOW = 6.0


class Estimator(ABC):
    """Fits labels on prepared features; answers logits, which calibration makes probabilities.

    Parameters are set in `__init__`, what was learned ends in `_`. Labels are (N,) class
    indices or (N, K) sets of 0 and 1; every row is labelled.
    """

    # Whether training stops early: `watched` rows are then looked at, and the number of rounds
    # used for them must come from other folds (see candidates.cross_validate).
    has_rounds = False
    n_rounds_: int | None = None
    # Set by who runs a fit that may take minutes.
    progress: Progress = staticmethod(ignore_progress)

    def __init__(self, *, seed: int, n_rounds: int | None = None) -> None:
        self.seed, self.n_rounds = seed, n_rounds

    @abstractmethod
    def fit(
        self, X: Any, y: np.ndarray, *, n_classes: int, watched: tuple[Any, np.ndarray] | None
    ) -> Self: ...

    @abstractmethod
    def predict_logits(self, X: Any, *, n_rounds: int | None = None) -> np.ndarray:
        """(N, K) float64, one column a class."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write what was learned, without pickle."""

    @classmethod
    @abstractmethod
    def load(cls, folder: Path) -> Self: ...


class LinearEstimator(Estimator):
    """logits = design(X) @ coef_.T + intercept_

    Attributes
    ----------
    coef_ : (K, n_features) float32; intercept_ : (K,) float64
    """

    coef_: np.ndarray
    intercept_: np.ndarray
    # Whether the first columns of the design are the weighted words of a text.
    starts_with_words = False

    def fit(
        self,
        X: Any,
        y: np.ndarray,
        *,
        n_classes: int,
        watched: tuple[Any, np.ndarray] | None = None,
    ) -> Self:
        X = self.design(X)
        if X.shape[1] == 0:
            # Texts of which no term occurs twice: nothing but the class shares can be learned.
            self.coef_ = np.zeros((n_classes, 0), dtype=np.float32)
            self.intercept_ = class_log_odds(y, n_classes)
            return self
        fit_one = self._fit_labels if y.ndim == 2 else self._fit_classes
        self.coef_, self.intercept_ = fit_one(X, y, n_classes)
        return self

    def predict_logits(self, X: Any, *, n_rounds: int | None = None) -> np.ndarray:
        return np.asarray(self.design(X) @ self.coef_.T, dtype=np.float64) + self.intercept_

    def save(self, folder: Path) -> None:
        np.savez(folder / "linear.npz", coef=self.coef_, intercept=self.intercept_)

    @classmethod
    def load(cls, folder: Path) -> Self:
        with np.load(folder / "linear.npz", allow_pickle=False) as arrays:
            loaded = cls(seed=0)
            loaded.coef_, loaded.intercept_ = arrays["coef"], arrays["intercept"]
        return loaded

    @abstractmethod
    def design(self, X: Any) -> Any:
        """(N, n_features), sparse or dense."""

    @abstractmethod
    def _fit_present(self, X: Any, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Coefficients and intercepts for at least two classes, in the order of np.unique(y)."""

    def _fit_classes(self, X: Any, y: np.ndarray, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
        """Classes that these rows lack get a low constant logit."""
        present = np.unique(y)
        coef = np.zeros((n_classes, X.shape[1]), dtype=np.float32)
        intercept = np.full(n_classes, -LOGIT_FLOOR_BELOW)
        if len(present) == 1:
            intercept[present] = LOGIT_FLOOR_BELOW
        else:
            coef[present], intercept[present] = self._fit_present(X, y)
            absent = np.setdiff1d(np.arange(n_classes), present)
            intercept[absent] = intercept[present].min() - LOGIT_FLOOR_BELOW
        return coef, intercept

    def _fit_labels(self, X: Any, y: np.ndarray, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
        """One against the rest, label by label."""
        coef = np.zeros((n_classes, X.shape[1]), dtype=np.float32)
        intercept = np.empty(n_classes)
        for k in range(n_classes):
            pair, offsets = self._fit_classes(X, y[:, k].astype(np.int64), 2)
            coef[k], intercept[k] = pair[1] - pair[0], offsets[1] - offsets[0]
        return coef, intercept


def two_sided(coef: np.ndarray, intercept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A binary decision function as two logits of opposite sign."""
    if len(coef) > 1:
        return coef, intercept
    return np.vstack([-coef / 2, coef / 2]), np.array([-intercept[0] / 2, intercept[0] / 2])


def log_probabilities(pred_probs: np.ndarray, floor: float = 1e-4) -> np.ndarray:
    return np.log(np.maximum(pred_probs, floor))


def class_log_odds(y: np.ndarray, n_classes: int) -> np.ndarray:
    """(K,) logits of the class shares, smoothed by one row each."""
    if y.ndim == 2:
        share = (y.sum(axis=0) + 1) / (len(y) + 2)
        return np.log(share / (1 - share))
    counts = np.bincount(y, minlength=n_classes) + 1.0
    return np.log(counts / counts.sum())
