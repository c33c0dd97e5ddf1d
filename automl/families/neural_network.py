"""A network with a hidden layer or two: fitted by scikit-learn, applied as plain arrays."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from automl.families.base import LOGIT_FLOOR_BELOW, Estimator, class_log_odds, two_sided
from automl.families.regressors import Regressor

MIN_SCALE = 1e-6
MAX_SIGMAS = 5.0


class NeuralNetwork(Estimator):
    """Multi-layer perceptron with ReLU, fitted by Adam (Kingma and Ba, 2015) on scaled columns.

    The number of epochs is fixed, so that no scored row decides when to stop.

    Attributes
    ----------
    center_, scale_ : (n_columns,) of the training rows.
    layers_ : weights and offsets, layer by layer; none where there was nothing to tell apart.
    known_ : class (or label) index of each output. base_ : (K,) logits of the class shares.
    """

    NETWORK: type[MLPClassifier | MLPRegressor] = MLPClassifier
    HIDDEN: tuple[int, ...] = (256,)
    LEARNING_RATE = 1e-3
    N_EPOCHS = 20
    ALPHA = 1.0
    BATCH_ROWS = 128

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
        self.layers_: list[tuple[np.ndarray, np.ndarray]] = []
        if len(self.known_) and columns.shape[1]:
            target = y[:, self.known_] if y.ndim == 2 else np.searchsorted(self.known_, y)
            self._fit_layers(self._scale(columns), target)
        return self

    def predict_logits(self, X: Any, *, n_rounds: int | None = None) -> np.ndarray:
        logits = np.tile(self.base_, (X.n_rows, 1))
        if not self.layers_:
            return logits
        raw = self._outputs(self._scale(self.design(X)))
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
            self.is_label_wise_ = bool(arrays["is_label_wise"])
            self.layers_ = [
                (arrays[f"weights{i}"], arrays[f"offsets{i}"]) for i in range(arrays["n_layers"])
            ]

    def _fit_layers(self, columns: np.ndarray, target: np.ndarray) -> None:
        self.is_label_wise_ = target.ndim == 2
        is_one_label = target.shape[1:] == (1,)
        network = self.NETWORK(
            hidden_layer_sizes=self.HIDDEN,
            learning_rate_init=self.LEARNING_RATE,
            alpha=self.ALPHA,
            batch_size=min(self.BATCH_ROWS, len(columns)),
            max_iter=self.N_EPOCHS,
            random_state=self.seed,
        )
        with warnings.catch_warnings():
            # The epochs are few on purpose.
            warnings.simplefilter("ignore", ConvergenceWarning)
            network.fit(columns, target.ravel() if is_one_label else target)
        self.layers_ = [
            (weights.astype(np.float32), offsets.astype(np.float32))
            for weights, offsets in zip(network.coefs_, network.intercepts_, strict=True)
        ]
        if not self.is_label_wise_ and self.layers_[-1][0].shape[1] == 1:
            weights, offsets = self.layers_[-1]
            coef, intercept = two_sided(weights.T, offsets)
            self.layers_[-1] = (coef.T, intercept.astype(np.float32))

    def _scale(self, columns: np.ndarray) -> np.ndarray:
        scaled: np.ndarray = np.clip(
            (columns - self.center_) / self.scale_, -MAX_SIGMAS, MAX_SIGMAS
        )
        return scaled.astype(np.float32)

    def _outputs(self, columns: np.ndarray) -> np.ndarray:
        *hidden, (weights, offsets) = self.layers_
        for into, shift in hidden:
            columns = np.maximum(columns @ into + shift, 0)
        return np.asarray(columns @ weights + offsets, dtype=np.float64)


class NetworkRegressor(Regressor, NeuralNetwork):
    """The same for numbers: one output, which is the scaled number."""

    NETWORK = MLPRegressor

    def _fit_scaled(self, X: Any, y: np.ndarray, watched: tuple[Any, np.ndarray] | None) -> None:
        columns = self.design(X)
        self.center_, self.scale_ = columns.mean(axis=0), columns.std(axis=0) + MIN_SCALE
        self.known_, self.base_, self.layers_ = np.zeros(1, dtype=np.int64), np.zeros(1), []
        if columns.shape[1]:
            self._fit_layers(self._scale(columns), y[:, None])

    def _predict_scaled(self, X: Any, n_rounds: int | None) -> np.ndarray:
        return NeuralNetwork.predict_logits(self, X)[:, 0]

    def _save_scaled(self, folder: Path) -> None:
        NeuralNetwork.save(self, folder)

    def _load_scaled(self, folder: Path) -> None:
        self._load_network(folder)


def _varying(y: np.ndarray) -> np.ndarray:
    """Classes that occur, if there are two; labels that some rows have and some have not."""
    if y.ndim == 2:
        return np.flatnonzero((y.min(axis=0) == 0) & (y.max(axis=0) == 1)) if len(y) else y[0:0, 0]
    present = np.unique(y)
    return present if len(present) > 1 else present[:0]
