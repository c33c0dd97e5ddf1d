from __future__ import annotations

import numpy as np

from automl.families.neural_network import NetworkRegressor, NeuralNetwork
from automl.features.spaces import TextFeatures


class TextNeuralNetwork(NeuralNetwork):
    """A network on the meaning of texts."""

    def design(self, X: TextFeatures) -> np.ndarray:
        return X.meaning


class TextNeuralNetworkRegressor(NetworkRegressor, TextNeuralNetwork):
    """The same for numbers."""
