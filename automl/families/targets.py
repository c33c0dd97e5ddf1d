"""What can be learned of labels: some rows lack classes, and some labels never change."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from automl.families.base import LOGIT_FLOOR_BELOW, class_log_odds, log_probabilities


@dataclass(frozen=True)
class Target:
    """The classes (or labels) that an estimator is fitted on, and what stands in for the others.

    Attributes
    ----------
    is_label_wise : sets of labels, not one class a row.
    known : classes that the training rows have, or labels that some have and some lack.
    base : (K,) logits of the class shares, for what nothing was learned of.
    """

    is_label_wise: bool
    known: np.ndarray
    base: np.ndarray

    @classmethod
    def of(cls, y: np.ndarray, n_classes: int) -> Target:
        if y.ndim == 1:
            return cls(False, np.unique(y), class_log_odds(y, n_classes))
        n_yes = y.sum(axis=0)
        known = np.flatnonzero((n_yes > 0) & (n_yes < len(y)))
        return cls(True, known, class_log_odds(y, n_classes))

    @property
    def is_learnable(self) -> bool:
        return len(self.known) > (0 if self.is_label_wise else 1)

    def codes(self, y: np.ndarray) -> np.ndarray:
        """(N,) positions in `known`, or the (N, n known) columns of sets."""
        if self.is_label_wise:
            return y[:, self.known].astype(np.int64)
        return np.searchsorted(self.known, y)

    def place(self, logits: np.ndarray) -> np.ndarray:
        """(N, n known) logits -> (N, K): an absent class lies below all that are known."""
        if self.is_label_wise:
            placed = self.constant(len(logits))
        else:
            lowest = logits.min(axis=1, keepdims=True) - LOGIT_FLOOR_BELOW
            placed = np.repeat(lowest, len(self.base), axis=1)
        placed[:, self.known] = logits
        return placed

    def place_shares(self, shares: np.ndarray) -> np.ndarray:
        """The same for probabilities: of classes, or of each label."""
        logged = log_probabilities(shares)
        return self.place(logged - log_probabilities(1 - shares) if self.is_label_wise else logged)

    def constant(self, n_rows: int) -> np.ndarray:
        return np.tile(self.base, (n_rows, 1))

    def save(self, folder: Path) -> None:
        about = {
            "is_label_wise": self.is_label_wise,
            "known": self.known.tolist(),
            "base": self.base.tolist(),
        }
        (folder / "target.json").write_text(json.dumps(about))

    @classmethod
    def load(cls, folder: Path) -> Target:
        about = json.loads((folder / "target.json").read_text())
        known = np.array(about["known"], dtype=np.int64)
        return cls(about["is_label_wise"], known, np.array(about["base"]))
