from __future__ import annotations

import numpy as np

from automl.families.nearest_neighbors import NearestNeighbors, NeighborsRegressor
from automl.features.spaces import TextFeatures


class TextNearestNeighbors(NearestNeighbors):
    """Neighbours in the meaning of texts."""

    def design(self, X: TextFeatures) -> np.ndarray:
        return X.meaning


class TextNearestNeighborsRegressor(NeighborsRegressor, TextNearestNeighbors):
    """The same for numbers."""
