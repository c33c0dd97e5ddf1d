"""What forests of independent trees share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import numpy as np

from automl.families.base import Estimator
from automl.families.compact_forest import CompactForest, fill_missing
from automl.families.regressors import Regressor
from automl.families.targets import Target
from automl.features.tabular import Numbers

N_TREES = 300
# A tree has at most about twice as many nodes; keeps a forest of many rows below 300 MB.
MAX_LEAVES = 10_000
FOREST = "forest.npz"


class Forest(Estimator):
    """The mean of trees that were grown apart from each other; sets of labels in one forest."""

    MIN_LEAF_ROWS = 1
    CRITERION = "gini"
    MAX_FEATURES: str | float = "sqrt"
    target_: Target
    forest_: CompactForest | None

    def fit(
        self,
        X: Numbers,
        y: np.ndarray,
        *,
        n_classes: int,
        watched: tuple[Any, np.ndarray] | None = None,
    ) -> Self:
        self.target_, self.forest_ = Target.of(y, n_classes), None
        if self.target_.is_learnable:
            trees = self._grow(fill_missing(X), self.target_.codes(y))
            self.forest_ = CompactForest.of(trees, is_label_wise=self.target_.is_label_wise)
        return self

    def predict_logits(self, X: Numbers, *, n_rounds: int | None = None) -> np.ndarray:
        if self.forest_ is None:
            return self.target_.constant(len(X.dense))
        return self.target_.place_shares(self.forest_.predict_shares(fill_missing(X)))

    def save(self, folder: Path) -> None:
        self.target_.save(folder)
        if self.forest_ is not None:
            self.forest_.save(folder / FOREST)

    @classmethod
    def load(cls, folder: Path) -> Self:
        loaded = cls(seed=0)
        loaded.target_ = Target.load(folder)
        is_grown = loaded.target_.is_learnable
        loaded.forest_ = CompactForest.load(folder / FOREST) if is_grown else None
        return loaded

    @abstractmethod
    def _new_tree(self, **settings: Any) -> Any:
        """An unfitted scikit-learn tree."""

    def _weigh_rows(self, rng: np.random.Generator, n_rows: int) -> np.ndarray | None:
        """How often a tree sees each row; None: once."""
        return None

    def _grow(self, features: np.ndarray, codes: np.ndarray) -> Iterator[Any]:
        """Tree by tree, so that only one at a time has scikit-learn's size."""
        rng = np.random.default_rng(self.seed)
        leaf_rows = max(self.MIN_LEAF_ROWS, len(features) // MAX_LEAVES)
        for _ in range(N_TREES):
            tree = self._new_tree(
                criterion=self.CRITERION,
                max_features=self.MAX_FEATURES,
                min_samples_leaf=leaf_rows,
                random_state=int(rng.integers(2**31)),
            )
            weights = self._weigh_rows(rng, len(features))
            yield tree.fit(features, codes, sample_weight=weights, check_input=False).tree_


class ForestRegressor(Regressor, Forest):
    """The mean of trees for numbers; leaves hold mean scaled numbers where shares would stand."""

    CRITERION = "squared_error"

    def _fit_scaled(
        self, X: Numbers, y: np.ndarray, watched: tuple[Any, np.ndarray] | None
    ) -> None:
        self.forest_ = CompactForest.of(self._grow(fill_missing(X), y))

    def _predict_scaled(self, X: Numbers, n_rounds: int | None) -> np.ndarray:
        assert self.forest_ is not None
        return self.forest_.predict_shares(fill_missing(X))[:, 0]

    def _save_scaled(self, folder: Path) -> None:
        assert self.forest_ is not None
        self.forest_.save(folder / FOREST)

    def _load_scaled(self, folder: Path) -> None:
        self.forest_ = CompactForest.load(folder / FOREST)
