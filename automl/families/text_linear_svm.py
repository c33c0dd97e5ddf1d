from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.svm import LinearSVC

from automl.families.base import LinearEstimator, two_sided


class TextLinearSvm(LinearEstimator):
    """Linear support vector machine on weighted words (liblinear; Fan et al., 2008)."""

    C = 0.3

    def _fit_present(self, X: Any, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        svm = LinearSVC(C=self.C, random_state=self.seed).fit(X, y)
        return two_sided(svm.coef_, svm.intercept_)
