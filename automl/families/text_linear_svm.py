from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.svm import LinearSVC

from automl.families.base import LinearEstimator, two_sided
from automl.families.text_designs import all_terms, terms_and_meaning
from automl.features.spaces import TextFeatures


class TextLinearSvm(LinearEstimator):
    """Linear support vector machine on words and meaning (liblinear; Fan et al., 2008)."""

    C = 0.3
    starts_with_words = True

    def design(self, X: TextFeatures) -> Any:
        return terms_and_meaning(X)

    def _fit_present(self, X: Any, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        svm = LinearSVC(C=self.C, random_state=self.seed).fit(X, y)
        return two_sided(svm.coef_, svm.intercept_)


class TextLinearSvmOnWords(TextLinearSvm):
    """The same on words alone: for languages that the sentence encoder does not know."""

    def design(self, X: TextFeatures) -> Any:
        return all_terms(X)
