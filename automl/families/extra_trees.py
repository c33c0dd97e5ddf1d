from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np
import skops.io
from sklearn.ensemble import ExtraTreesClassifier

from automl.families.base import Estimator, class_log_odds, log_probabilities
from automl.families.even_skops import dump_evenly
from automl.features.tabular import Numbers

MISSING = -999.0
# The only types that a stored forest is made of; skops refuses a file that names others.
TRUSTED_TYPES = ["sklearn.tree._tree.Tree", "sklearn.utils._bunch.Bunch"]


class ExtraTrees(Estimator):
    """Extremely randomized trees (Geurts et al., 2006); multi-label in one forest."""

    N_TREES = 200
    MIN_LEAF_ROWS = 3
    MIN_LEAF_ROWS_LARGE = 10
    LARGE_ROWS = 20_000

    def fit(
        self,
        X: Numbers,
        y: np.ndarray,
        *,
        n_classes: int,
        watched: tuple[Any, np.ndarray] | None = None,
    ) -> Self:
        is_large = len(y) > self.LARGE_ROWS
        self.forest_ = ExtraTreesClassifier(
            n_estimators=self.N_TREES,
            min_samples_leaf=self.MIN_LEAF_ROWS_LARGE if is_large else self.MIN_LEAF_ROWS,
            max_features="sqrt",
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


def _fill(X: Numbers) -> np.ndarray:
    dense = np.where(np.isnan(X.dense), MISSING, X.dense)
    if X.words.shape[1] == 0:
        return dense.astype(np.float32)
    return np.hstack([dense, X.words.toarray()]).astype(np.float32)
