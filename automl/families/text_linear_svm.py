from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import SGDClassifier
from sklearn.svm import LinearSVC

from automl.families.base import LinearEstimator, two_sided
from automl.families.family import MANY_TEXTS
from automl.families.text_designs import all_terms, terms_and_meaning
from automl.features.spaces import TextFeatures

# Where classes can be told apart this is never reached; where they cannot, more rounds change
# no accuracy (measured on four sets) and would take hours.
MAX_ROUNDS = 50
TOLERANCE = 0.02
PASSES = 10


class TextLinearSvm(LinearEstimator):
    """Linear support vector machine on words and meaning.

    By coordinate descent (liblinear; Fan et al., 2008); for very many rows by averaged stochastic
    gradient descent on the rows in place (Bottou, 2010), half a point less accurate on few rows.
    """

    C = 0.3
    starts_with_words = True

    def design(self, X: TextFeatures) -> Any:
        return terms_and_meaning(X)

    def _fit_present(self, X: Any, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        svm = self._solver(X.shape[0])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            svm.fit(X, y)
        return two_sided(svm.coef_, svm.intercept_)

    def _solver(self, n_rows: int) -> LinearSVC | SGDClassifier:
        if n_rows <= MANY_TEXTS:
            return LinearSVC(C=self.C, tol=TOLERANCE, max_iter=MAX_ROUNDS, random_state=self.seed)
        return SGDClassifier(
            # Half of what the same C would say: its loss is not squared. Measured better.
            alpha=1 / (2 * self.C * n_rows),
            average=True,
            max_iter=PASSES,
            tol=None,
            random_state=self.seed,
        )


class TextLinearSvmOnWords(TextLinearSvm):
    """The same on words alone: for languages that the sentence encoder does not know."""

    def design(self, X: TextFeatures) -> Any:
        return all_terms(X)
