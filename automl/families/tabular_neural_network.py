from __future__ import annotations

from automl.families.neural_network import NetworkRegressor, NeuralNetwork
from automl.families.table_design import OnDenseTableDesign


class TabularNeuralNetwork(OnDenseTableDesign, NeuralNetwork):
    """A network on scaled numbers and one column a category."""

    HIDDEN = (128, 64)
    ALPHA = 0.1


class TabularNeuralNetworkRegressor(OnDenseTableDesign, NetworkRegressor):
    """The same for numbers."""

    HIDDEN = TabularNeuralNetwork.HIDDEN
    ALPHA = TabularNeuralNetwork.ALPHA
