from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from automl.families.base import Estimator
from automl.families.compact_forest import CompactForest, fill_missing
from automl.families.regressors import Regressor
from automl.families.targets import Target
from automl.features.tabular import Numbers
from automl.metrics import log_loss

TREE = {"max_depth": 3, "min_samples_leaf": 5}


class BestSingleColumn(Estimator):
    """A tree of at most 8 leaves on the one column that tells most about the training labels.

    What it scores is what needs no machine learning; if it is all but perfect, that column may
    be the label in disguise. Of a date each part counts as a column, of a free text its length.

    Attributes
    ----------
    column_ : position in `Numbers.dense`.
    """

    target_: Target
    column_: int
    tree_: CompactForest | None

    def fit(
        self,
        X: Numbers,
        y: np.ndarray,
        *,
        n_classes: int,
        watched: tuple[Any, np.ndarray] | None = None,
    ) -> Self:
        self.target_, self.column_, self.tree_ = Target.of(y, n_classes), 0, None
        if not self.target_.is_learnable:
            return self
        features, codes = _dense(X), self.target_.codes(y)
        trees = [self._fit_column(features, i, codes) for i in range(features.shape[1])]
        losses = [
            log_loss(tree.predict_shares(features[:, [i]]), codes) for i, tree in enumerate(trees)
        ]
        self.column_ = int(np.argmin(losses))
        self.tree_ = trees[self.column_]
        return self

    def predict_logits(self, X: Numbers, *, n_rounds: int | None = None) -> np.ndarray:
        if self.tree_ is None:
            return self.target_.constant(len(X.dense))
        column = _dense(X)[:, [self.column_]]
        return self.target_.place_shares(self.tree_.predict_shares(column))

    def save(self, folder: Path) -> None:
        self.target_.save(folder)
        np.savez(folder / "column.npz", column=self.column_)
        if self.tree_ is not None:
            self.tree_.save(folder / "tree.npz")

    @classmethod
    def load(cls, folder: Path) -> Self:
        loaded = cls(seed=0)
        loaded.target_ = Target.load(folder)
        with np.load(folder / "column.npz", allow_pickle=False) as arrays:
            loaded.column_ = int(arrays["column"])
        is_fitted = loaded.target_.is_learnable
        loaded.tree_ = CompactForest.load(folder / "tree.npz") if is_fitted else None
        return loaded

    def _fit_column(self, features: np.ndarray, column: int, codes: np.ndarray) -> CompactForest:
        tree = DecisionTreeClassifier(**TREE, random_state=self.seed)
        tree.fit(features[:, [column]], codes)
        return CompactForest.of([tree.tree_], is_label_wise=self.target_.is_label_wise)


class BestSingleColumnRegressor(Regressor):
    """The same for numbers: the column whose tree has the least squared error.

    Attributes
    ----------
    column_ : position in `Numbers.dense`.
    """

    column_: int
    tree_: CompactForest

    def _fit_scaled(
        self, X: Numbers, y: np.ndarray, watched: tuple[Any, np.ndarray] | None
    ) -> None:
        features = _dense(X)
        trees = [self._fit_column(features[:, [i]], y) for i in range(features.shape[1])]
        errors = [
            float(((tree.predict_shares(features[:, [i]])[:, 0] - y) ** 2).mean())
            for i, tree in enumerate(trees)
        ]
        self.column_ = int(np.argmin(errors))
        self.tree_ = trees[self.column_]

    def _predict_scaled(self, X: Numbers, n_rounds: int | None) -> np.ndarray:
        return self.tree_.predict_shares(_dense(X)[:, [self.column_]])[:, 0]

    def _save_scaled(self, folder: Path) -> None:
        np.savez(folder / "column.npz", column=self.column_)
        self.tree_.save(folder / "tree.npz")

    def _load_scaled(self, folder: Path) -> None:
        with np.load(folder / "column.npz", allow_pickle=False) as arrays:
            self.column_ = int(arrays["column"])
        self.tree_ = CompactForest.load(folder / "tree.npz")

    def _fit_column(self, column: np.ndarray, y: np.ndarray) -> CompactForest:
        tree = DecisionTreeRegressor(**TREE, random_state=self.seed).fit(column, y)
        return CompactForest.of([tree.tree_])


def _dense(X: Numbers) -> np.ndarray:
    return fill_missing(Numbers(X.dense, X.is_category, X.words[:, :0]))
