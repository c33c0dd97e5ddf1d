"""Linear estimators on parts of the features of texts."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np
import scipy.sparse as sp

from automl.families.base import LinearEstimator
from automl.features.spaces import TextFeatures


class TextLinearEstimator(LinearEstimator):
    """A linear estimator that says which part of the features it reads."""

    def fit(
        self,
        X: TextFeatures,
        y: np.ndarray,
        *,
        n_classes: int,
        watched: tuple[Any, np.ndarray] | None = None,
    ) -> Self:
        return super().fit(self.design(X), y, n_classes=n_classes)

    def predict_logits(self, X: TextFeatures, *, n_rounds: int | None = None) -> np.ndarray:
        return super().predict_logits(self.design(X))

    @abstractmethod
    def design(self, X: TextFeatures) -> Any:
        """(N, n_features), sparse or dense."""


def all_terms(X: TextFeatures) -> sp.csr_matrix:
    return sp.hstack([X.words, X.letters], format="csr")


def terms_and_meaning(X: TextFeatures) -> sp.csr_matrix:
    """All blocks side by side; a row of each has length 1, so that they weigh the same."""
    return sp.hstack([X.words, X.letters, sp.csr_matrix(X.meaning)], format="csr")
