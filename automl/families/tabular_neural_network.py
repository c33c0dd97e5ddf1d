from __future__ import annotations

from automl.families.neural_network import NeuralNetwork
from automl.families.table_design import OnDenseTableDesign


class TabularNeuralNetwork(OnDenseTableDesign, NeuralNetwork):
    """A network on scaled numbers and one column a category."""

    HIDDEN = (128, 64)
    ALPHA = 0.3
    LEARNING_RATE = 3e-3
