from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np
import skops.io
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier

from automl.families.base import Estimator, class_log_odds, log_probabilities
from automl.families.boosted_trees import all_columns
from automl.families.even_skops import dump_evenly
from automl.features.tabular import Numbers

MISSING = -999.0
# The only types that a stored forest is made of; skops refuses a file that names others.
TRUSTED_TYPES = ["sklearn.tree._tree.Tree", "sklearn.utils._bunch.Bunch"]


class Forest(Estimator):
    """Averaged trees without boosting; multi-label in one forest.

    Attributes
    ----------
    forest_ : of the kind `Kind`. base_ : (K,) logits of the class shares.
    """

    Kind: type[ExtraTreesClassifier | RandomForestClassifier]
    N_TREES = 200
    MIN_LEAF_ROWS = 1
    MIN_LEAF_ROWS_LARGE = 10
    LARGE_ROWS = 20_000
    CRITERION = "gini"

    def fit(
        self,
        X: Numbers,
        y: np.ndarray,
        *,
        n_classes: int,
        watched: tuple[Any, np.ndarray] | None = None,
    ) -> Self:
        is_large = len(y) > self.LARGE_ROWS
        leaf = max(self.MIN_LEAF_ROWS, self.MIN_LEAF_ROWS_LARGE if is_large else 1)
        self.forest_ = self.Kind(
            n_estimators=self.N_TREES,
            min_samples_leaf=leaf,
            max_features="sqrt",
            criterion=self.CRITERION,
            random_state=self.seed,
            n_jobs=1,
        ).fit(_fill(X), y)
        self.base_ = class_log_odds(y, n_classes)
        return self

    def predict_logits(self, X: Numbers, *, n_rounds: int | None = None) -> np.ndarray:
        probs = self.forest_.predict_proba(_fill(X))
        if isinstance(probs, list):
            return self._label_logits(probs)
        logits = np.tile(self.base_ - 6.0, (len(probs), 1))
        logits[:, self.forest_.classes_] = log_probabilities(probs)
        return logits

    def save(self, folder: Path) -> None:
        dump_evenly(self.forest_, folder / "forest.skops")
        np.savez(folder / "base.npz", base=self.base_)

    @classmethod
    def load(cls, folder: Path) -> Self:
        loaded = cls(seed=0)
        loaded.forest_ = skops.io.load(folder / "forest.skops", trusted=TRUSTED_TYPES)
        with np.load(folder / "base.npz", allow_pickle=False) as arrays:
            loaded.base_ = arrays["base"]
        return loaded

    def _label_logits(self, probs: list[np.ndarray]) -> np.ndarray:
        """A label that was constant in training has one class only: its share is all we know."""
        logits = np.tile(self.base_, (len(probs[0]), 1))
        for k, (pair, classes) in enumerate(zip(probs, self.forest_.classes_, strict=True)):
            if len(classes) == 2:
                logged = log_probabilities(pair)
                logits[:, k] = logged[:, 1] - logged[:, 0]
        return logits


class ExtraTrees(Forest):
    """Extremely randomized trees (Geurts et al., 2006) with leaves of several rows."""

    Kind = ExtraTreesClassifier
    MIN_LEAF_ROWS = 5


class DeepExtraTrees(Forest):
    """The same down to single rows: better where classes are interleaved, worse on noise."""

    Kind = ExtraTreesClassifier
    CRITERION = "entropy"


class RandomForest(Forest):
    """Random forest (Breiman, 2001)."""

    Kind = RandomForestClassifier
    MIN_LEAF_ROWS = 2


def _fill(X: Numbers) -> np.ndarray:
    columns = all_columns(X)
    return np.where(np.isnan(columns), MISSING, columns).astype(np.float32)
