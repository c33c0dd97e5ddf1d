from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from automl.families.base import LinearEstimator, two_sided
from automl.features.spaces import TextFeatures


class TextLogisticRegression(LinearEstimator):
    """Logistic regression on the meaning of texts."""

    C = 10.0

    def design(self, X: TextFeatures) -> Any:
        return X.meaning

    def _fit_present(self, X: Any, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        regression = LogisticRegression(C=self.C, max_iter=200, tol=1e-3).fit(X, y)
        return two_sided(regression.coef_, regression.intercept_)
