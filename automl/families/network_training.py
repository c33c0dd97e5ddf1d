"""Training a network epoch by epoch with scikit-learn; what comes out are plain arrays."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

from automl.families.base import two_sided

Network: TypeAlias = MLPClassifier | MLPRegressor
# Weights and offsets, layer by layer.
Layers: TypeAlias = list[tuple[np.ndarray, np.ndarray]]

MIN_BATCH_ROWS, MAX_BATCH_ROWS = 32, 256
BATCHES_PER_EPOCH = 30
MIN_EPOCHS, MAX_EPOCHS = 20, 200
MAX_STEPS = 2_000
EPOCHS_GROWTH = 1.25
# Decay drives the weights of columns that never vary towards denormal numbers, with which
# processors compute twenty times as slowly.
TINY = 1e-30


class NetworkTraining:
    """A network that is being trained on (N, n_columns) float32 and its target.

    `target` is (N,) class numbers 0.., or (N, K) labels; (N, 1) is one label or one number.
    """

    def __init__(self, network: Network, columns: np.ndarray, target: np.ndarray) -> None:
        self.network, self.columns, self.n_epochs = network, columns, 0
        self.target = target.ravel() if target.shape[1:] == (1,) else target
        self._is_of_classes = target.ndim == 1
        self._known = {} if isinstance(network, MLPRegressor) else {"classes": _classes(target)}

    def run_until(self, n_epochs: int) -> None:
        """Go on until so many epochs are done."""
        for _ in range(n_epochs - self.n_epochs):
            self.network.partial_fit(self.columns, self.target, **self._known)
        self.n_epochs = n_epochs

    def layers(self) -> Layers:
        """As they are now; two classes have two outputs of opposite sign."""
        layers = [
            (_drop_tiny(weights.astype(np.float32)), offsets.astype(np.float32))
            for weights, offsets in zip(self.network.coefs_, self.network.intercepts_, strict=True)
        ]
        weights, offsets = layers[-1]
        if self._is_of_classes and weights.shape[1] == 1:
            coef, intercept = two_sided(weights.T, offsets)
            layers[-1] = (coef.T, intercept.astype(np.float32))
        return layers


def fitting_batch_rows(n_rows: int) -> int:
    """A power of two: few rows need many small steps, many rows steps that are cheap a row."""
    wanted = 2 ** max(round(math.log2(max(n_rows, 1) / BATCHES_PER_EPOCH)), 0)
    return min(max(wanted, MIN_BATCH_ROWS), MAX_BATCH_ROWS, max(n_rows, 1))


def watched_epochs(n_rows: int, batch_rows: int) -> Iterator[int]:
    """After which epochs the watched rows are looked at; the steps between grow."""
    limit = min(max(MAX_STEPS * batch_rows // max(n_rows, 1), MIN_EPOCHS), MAX_EPOCHS)
    n_epochs = 1
    while n_epochs < limit:
        yield n_epochs
        n_epochs = max(n_epochs + 1, round(EPOCHS_GROWTH * n_epochs))
    yield limit


def _drop_tiny(weights: np.ndarray) -> np.ndarray:
    return np.where(np.abs(weights) < TINY, np.float32(0), weights)


def _classes(target: np.ndarray) -> np.ndarray:
    """What `partial_fit` must know beforehand."""
    if target.ndim == 1:
        return np.unique(target)
    return np.arange(target.shape[1] if target.shape[1] > 1 else 2)
