"""Fewer numbers for the meaning of a free-text column, so that trees can split on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

N_COMPONENTS = 48


@dataclass(frozen=True)
class MeaningProjection:
    """Principal components (Pearson, 1901) of the vectors of one column.

    Attributes
    ----------
    mean : (n_dimensions,). components : (n_dimensions, n_components), the largest first.
    """

    mean: np.ndarray
    components: np.ndarray

    @classmethod
    def fit(cls, vectors: np.ndarray) -> MeaningProjection:
        """Learn from (N, n_dimensions) vectors; no label is looked at."""
        mean = vectors.mean(axis=0, dtype=np.float64)
        centered = vectors - mean
        _, directions = np.linalg.eigh(centered.T @ centered)
        components = directions[:, ::-1][:, : min(N_COMPONENTS, len(vectors))]
        # A direction has no sign of its own: its largest entry is made positive.
        largest = components[np.abs(components).argmax(axis=0), np.arange(components.shape[1])]
        return cls(mean, components * np.where(largest < 0, -1.0, 1.0))

    def apply(self, vectors: np.ndarray) -> np.ndarray:
        """(N, n_components) float64, rounded so that no sum depends on the rows beside it."""
        projected: np.ndarray = np.round((vectors - self.mean) @ self.components, 6)
        return projected
