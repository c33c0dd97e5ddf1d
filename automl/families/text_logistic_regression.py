from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.linear_model import LogisticRegression

from automl.families.base import LinearEstimator, two_sided


class TextLogisticRegression(LinearEstimator):
    """Logistic regression on latent topics of the weighted words (Deerwester et al., 1990).

    The projection is linear, so both together are one linear map of the words.
    """

    C = 30.0
    N_TOPICS = 150

    def _fit_classes(self, X: Any, y: np.ndarray, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
        n_topics = min(self.N_TOPICS, min(X.shape) - 1)
        if n_topics < 2 or len(np.unique(y)) == 1:
            return super()._fit_classes(X, y, n_classes)
        return self._through_topics(X, n_topics, super()._fit_classes, y, n_classes)

    def _fit_labels(self, X: Any, y: np.ndarray, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
        n_topics = min(self.N_TOPICS, min(X.shape) - 1)
        if n_topics < 2:
            return super()._fit_labels(X, y, n_classes)
        topics = self._fit_topics(X, n_topics)
        projected = topics.transform(X)
        coef = np.zeros((n_classes, n_topics))
        intercept = np.empty(n_classes)
        for k in range(n_classes):
            pair, offsets = super()._fit_classes(projected, y[:, k].astype(np.int64), 2)
            coef[k], intercept[k] = pair[1] - pair[0], offsets[1] - offsets[0]
        return (coef @ topics.components_).astype(np.float32), intercept

    def _through_topics(
        self, X: Any, n_topics: int, fit: Any, y: np.ndarray, n_classes: int
    ) -> tuple[np.ndarray, np.ndarray]:
        topics = self._fit_topics(X, n_topics)
        coef, intercept = fit(topics.transform(X), y, n_classes)
        return (coef @ topics.components_).astype(np.float32), intercept

    def _fit_topics(self, X: Any, n_topics: int) -> TruncatedSVD:
        return TruncatedSVD(n_topics, n_iter=3, random_state=self.seed).fit(X)

    def _fit_present(self, X: Any, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        regression = LogisticRegression(C=self.C, max_iter=200, tol=1e-3).fit(X, y)
        return two_sided(regression.coef_, regression.intercept_)
