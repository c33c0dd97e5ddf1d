from __future__ import annotations

from typing import Any

from automl.families.ridge import RidgeRegression
from automl.families.text_designs import terms_and_meaning
from automl.features.spaces import TextFeatures


class TextRidge(RidgeRegression):
    """Ridge regression on words and meaning."""

    def design(self, X: TextFeatures) -> Any:
        return terms_and_meaning(X)


class TextRidgeOnMeaning(RidgeRegression):
    """The same on the meaning alone."""

    def design(self, X: TextFeatures) -> Any:
        return X.meaning
