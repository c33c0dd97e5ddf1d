from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from automl.families.forests import Forest


class RandomForest(Forest):
    """Trees on bootstrap samples with few features a split (Breiman, 2001)."""

    MIN_LEAF_ROWS = 2

    def _new_tree(self, **settings: Any) -> DecisionTreeClassifier:
        return DecisionTreeClassifier(**settings)

    def _weigh_rows(self, rng: np.random.Generator, n_rows: int) -> np.ndarray:
        drawn = rng.integers(n_rows, size=n_rows)
        return np.bincount(drawn, minlength=n_rows).astype(np.float64)
