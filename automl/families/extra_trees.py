from __future__ import annotations

from typing import Any

from sklearn.tree import ExtraTreeClassifier, ExtraTreeRegressor

from automl.families.forests import Forest, ForestRegressor


class ExtraTrees(Forest):
    """Extremely randomized trees (Geurts et al., 2006) that average over several rows a leaf."""

    MIN_LEAF_ROWS = 5

    def _new_tree(self, **settings: Any) -> ExtraTreeClassifier:
        return ExtraTreeClassifier(**settings)


class ExtraTreesDeep(ExtraTrees):
    """The same grown to the end: better where classes hardly overlap, worse on noisy labels."""

    MIN_LEAF_ROWS = 1
    CRITERION = "entropy"


class ExtraTreesRegressor(ForestRegressor):
    """Extremely randomized trees for numbers; every feature is looked at, as its authors advise."""

    MIN_LEAF_ROWS = 5
    MAX_FEATURES = 1.0

    def _new_tree(self, **settings: Any) -> ExtraTreeRegressor:
        return ExtraTreeRegressor(**settings)


class ExtraTreesDeepRegressor(ExtraTreesRegressor):
    """The same grown to the end."""

    MIN_LEAF_ROWS = 1
