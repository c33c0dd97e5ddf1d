"""A network with a hidden layer or two: fitted by scikit-learn, applied as plain arrays."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any, Self

import numpy as np
from scipy.special import log_expit, log_softmax
from sklearn.neural_network import MLPClassifier, MLPRegressor

from automl.calibration import fit_temperature
from automl.families.base import LOGIT_FLOOR_BELOW, Estimator, class_log_odds
from automl.families.network_training import (
    Layers,
    Network,
    NetworkTraining,
    fitting_batch_rows,
    watched_epochs,
)
from automl.families.regressors import Regressor

MIN_SCALE = 1e-6
MAX_SIGMAS = 5.0
# So many looks at the watched rows without a gain of so much loss, and training ends.
PATIENCE = 4
MIN_GAIN = 1e-4


class NeuralNetwork(Estimator):
    """Multi-layer perceptron with ReLU, fitted by Adam (Kingma and Ba, 2015) on scaled columns.

    How long it must train differs a hundredfold between data sets, so the epochs are counted on
    watched rows; as with boosted trees no row decides over its own score.

    Attributes
    ----------
    center_, scale_ : (n_columns,) of the training rows.
    layers_ : weights and offsets, layer by layer; none where there was nothing to tell apart.
    snapshots_ : where rows were watched: the layers after so many epochs.
    known_ : class (or label) index of each output. base_ : (K,) logits of the class shares.
    """

    has_rounds = True
    NETWORK: type[Network] = MLPClassifier
    HIDDEN: tuple[int, ...] = (256,)
    LEARNING_RATE = 1e-3
    N_EPOCHS = 20
    ALPHA = 1.0
    snapshots_: dict[int, Layers]

    @abstractmethod
    def design(self, X: Any) -> np.ndarray:
        """(N, n_columns) float32."""

    def fit(
        self,
        X: Any,
        y: np.ndarray,
        *,
        n_classes: int,
        watched: tuple[Any, np.ndarray] | None = None,
    ) -> Self:
        columns = self.design(X)
        self.base_ = class_log_odds(y, n_classes)
        self.center_, self.scale_ = columns.mean(axis=0), columns.std(axis=0) + MIN_SCALE
        self.known_ = _varying(y)
        self.layers_: Layers = []
        if len(self.known_) and columns.shape[1]:
            target = y[:, self.known_] if y.ndim == 2 else np.searchsorted(self.known_, y)
            self._fit_layers(self._scale(columns), target, self._watch(watched))
        return self

    def predict_logits(self, X: Any, *, n_rounds: int | None = None) -> np.ndarray:
        logits = np.tile(self.base_, (X.n_rows, 1))
        if not self.layers_:
            return logits
        raw = apply_layers(self._layers_at(n_rounds), self._scale(self.design(X)))
        if self.is_label_wise_:
            logits[:, self.known_] = raw
            return logits
        logits[:] = raw.min(axis=1, keepdims=True) - LOGIT_FLOOR_BELOW
        logits[:, self.known_] = raw
        return logits

    def save(self, folder: Path) -> None:
        arrays = {f"weights{i}": weights for i, (weights, _) in enumerate(self.layers_)}
        arrays |= {f"offsets{i}": offsets for i, (_, offsets) in enumerate(self.layers_)}
        np.savez(
            folder / "network.npz",
            center=self.center_,
            scale=self.scale_,
            known=self.known_,
            base=self.base_,
            is_label_wise=np.array(bool(self.layers_) and self.is_label_wise_),
            n_layers=np.array(len(self.layers_)),
            **arrays,  # type: ignore[arg-type]
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        loaded = cls(seed=0)
        loaded._load_network(folder)
        return loaded

    def _load_network(self, folder: Path) -> None:
        with np.load(folder / "network.npz", allow_pickle=False) as arrays:
            self.center_, self.scale_ = arrays["center"], arrays["scale"]
            self.known_, self.base_ = arrays["known"], arrays["base"]
            self.is_label_wise_, self.snapshots_ = bool(arrays["is_label_wise"]), {}
            self.layers_ = [
                (arrays[f"weights{i}"], arrays[f"offsets{i}"]) for i in range(arrays["n_layers"])
            ]

    def _fit_layers(
        self,
        columns: np.ndarray,
        target: np.ndarray,
        watched: tuple[np.ndarray, np.ndarray] | None,
    ) -> None:
        self.is_label_wise_, self.snapshots_ = target.ndim == 2, {}
        network = self.NETWORK(
            hidden_layer_sizes=self.HIDDEN,
            learning_rate_init=self.LEARNING_RATE,
            alpha=self.ALPHA,
            batch_size=fitting_batch_rows(len(columns)),
            random_state=self.seed,
        )
        training = NetworkTraining(network, columns, target)
        if watched is None or not len(watched[1]):
            training.run_until(self.n_rounds or self.N_EPOCHS)
        else:
            self._train_watched(training, *watched)
        self.layers_ = training.layers()

    def _train_watched(
        self, training: NetworkTraining, columns: np.ndarray, target: np.ndarray
    ) -> None:
        least, n_worse = np.inf, 0
        n_rows = len(training.columns)
        for n_epochs in watched_epochs(n_rows, fitting_batch_rows(n_rows)):
            training.run_until(n_epochs)
            self.snapshots_[n_epochs] = training.layers()
            loss = self._watched_loss(apply_layers(self.snapshots_[n_epochs], columns), target)
            n_worse += 1
            if loss < least - MIN_GAIN:
                least, n_worse, self.n_rounds_ = loss, 0, n_epochs
            if n_worse == PATIENCE:
                break

    def _watched_loss(self, outputs: np.ndarray, target: np.ndarray) -> float:
        """Log-loss; of classes after a temperature, which calibration will add anyway."""
        if target.ndim == 2:
            likelihood = target * log_expit(outputs) + (1 - target) * log_expit(-outputs)
            return -float(likelihood.mean())
        scaled = log_softmax(outputs / fit_temperature(outputs, target), axis=1)
        return -float(scaled[np.arange(len(target)), target].mean())

    def _watch(
        self, watched: tuple[Any, np.ndarray] | None
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Scaled columns and targets of the watched rows whose class occurs in training."""
        if watched is None:
            return None
        X, y = watched
        columns = self._scale(self.design(X))
        if y.ndim == 2:
            return columns, y[:, self.known_]
        is_known = np.isin(y, self.known_)
        return columns[is_known], np.searchsorted(self.known_, y[is_known])

    def _layers_at(self, n_rounds: int | None) -> Layers:
        if n_rounds is None or not self.snapshots_:
            return self.layers_
        return self.snapshots_[max(n for n in self.snapshots_ if n <= n_rounds)]

    def _scale(self, columns: np.ndarray) -> np.ndarray:
        scaled: np.ndarray = np.clip(
            (columns - self.center_) / self.scale_, -MAX_SIGMAS, MAX_SIGMAS
        )
        return scaled.astype(np.float32)


class NetworkRegressor(Regressor, NeuralNetwork):
    """The same for numbers: one output, which is the scaled number."""

    NETWORK = MLPRegressor

    def _fit_scaled(self, X: Any, y: np.ndarray, watched: tuple[Any, np.ndarray] | None) -> None:
        columns = self.design(X)
        self.center_, self.scale_ = columns.mean(axis=0), columns.std(axis=0) + MIN_SCALE
        self.known_, self.base_, self.layers_ = np.zeros(1, dtype=np.int64), np.zeros(1), []
        if columns.shape[1]:
            watch = (self._scale(self.design(watched[0])), watched[1][:, None]) if watched else None
            self._fit_layers(self._scale(columns), y[:, None], watch)

    def _watched_loss(self, outputs: np.ndarray, target: np.ndarray) -> float:
        return float(np.mean((outputs - target) ** 2))

    def _predict_scaled(self, X: Any, n_rounds: int | None) -> np.ndarray:
        return NeuralNetwork.predict_logits(self, X, n_rounds=n_rounds)[:, 0]

    def _save_scaled(self, folder: Path) -> None:
        NeuralNetwork.save(self, folder)

    def _load_scaled(self, folder: Path) -> None:
        self._load_network(folder)


def apply_layers(layers: Layers, columns: np.ndarray) -> np.ndarray:
    """(N, n_outputs) float64"""
    *hidden, (weights, offsets) = layers
    for into, shift in hidden:
        columns = np.maximum(columns @ into + shift, 0)
    return np.asarray(columns @ weights + offsets, dtype=np.float64)


def _varying(y: np.ndarray) -> np.ndarray:
    """Classes that occur, if there are two; labels that some rows have and some have not."""
    if y.ndim == 2:
        return np.flatnonzero((y.min(axis=0) == 0) & (y.max(axis=0) == 1)) if len(y) else y[0:0, 0]
    present = np.unique(y)
    return present if len(present) > 1 else present[:0]
