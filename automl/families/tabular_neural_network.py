from __future__ import annotations

from automl.families.neural_network import NeuralNetwork
from automl.families.table_design import OnDenseTableDesign


class TabularNeuralNetwork(OnDenseTableDesign, NeuralNetwork):
    """A network on scaled numbers and one column a category."""

    N_HIDDEN = 128
    ALPHA = 0.1
    N_EPOCHS = 40
