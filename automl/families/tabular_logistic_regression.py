from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from automl.families.base import LinearEstimator, two_sided
from automl.families.table_design import OnTableDesign


class TabularLogisticRegression(OnTableDesign, LinearEstimator):
    """Logistic regression on scaled numbers, one column a category, and hashed words."""

    C = 1.0

    def _fit_present(self, X: Any, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        regression = LogisticRegression(C=self.C, max_iter=300, tol=1e-3).fit(X, y)
        return two_sided(regression.coef_, regression.intercept_)
