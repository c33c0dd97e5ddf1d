from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.naive_bayes import ComplementNB

from automl.families.base import LinearEstimator
from automl.features.spaces import TextFeatures


class TextNaiveBayes(LinearEstimator):
    """Complement naive Bayes on weighted words (Rennie et al., 2003)."""

    ALPHA = 0.3
    starts_with_words = True

    def design(self, X: TextFeatures) -> Any:
        return X.words

    def _fit_present(self, X: Any, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        bayes = ComplementNB(alpha=self.ALPHA).fit(X, y)
        # The sum of weights alone: the prior of the complement form is not used beyond one class.
        return bayes.feature_log_prob_, np.zeros(len(bayes.classes_))
