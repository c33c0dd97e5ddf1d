"""A transformer tuned on the texts of a project; torch is needed to train it, not to predict."""

from __future__ import annotations

import math
from importlib import import_module
from pathlib import Path
from typing import Any, Self

import numpy as np

from automl.errors import InputError
from automl.extras import has_transformer_extra
from automl.families.base import Estimator
from automl.families.targets import Target
from automl.features.built_in import BUNDLED
from automl.features.onnx_encoder import OnnxEncoder
from automl.features.spaces import TextFeatures

# Loaded late, so that nobody who does not train pays for torch or must have it.
TRAINING = "automl.families.transformer_training"
MANY_CLASSES = 20
MIN_STEPS = 240
MAX_EPOCHS = 12
STEP_ROWS = 32


class TextTransformer(Estimator):
    """The bundled MiniLM, fine-tuned end to end with a linear head on its vectors.

    Probabilities come from the 8-bit graph that is shipped, in cross-validation as in a
    predictor: the bundled graph with other numbers, read by onnxruntime (docs/decisions/0012).

    Attributes
    ----------
    target_ : what was learned, and what stands in for the rest.
    arrays_ : numbers of the graph by their names in it; none where nothing could be learned.
    head_ : (n known, 384) on vectors of length 1; offsets_ : (n known,).
    """

    def fit(
        self,
        X: TextFeatures,
        y: np.ndarray,
        *,
        n_classes: int,
        watched: tuple[Any, np.ndarray] | None = None,
    ) -> Self:
        self.target_ = Target.of(y, n_classes)
        self.arrays_: dict[str, np.ndarray] = {}
        if self.target_.is_learnable:
            _check_extra()
            training = import_module(TRAINING)
            n_epochs, rate = choose_schedule(len(y), len(self.target_.known))
            tuned = training.tune(
                X.texts,
                self.target_.codes(y),
                self.target_.base[self.target_.known],
                training.Schedule(n_epochs, rate),
                seed=self.seed,
                progress=self.progress,
            )
            self._keep(tuned.graph_arrays, tuned.head, tuned.offsets)
        return self

    def predict_logits(self, X: TextFeatures, *, n_rounds: int | None = None) -> np.ndarray:
        if not self.arrays_:
            return self.target_.constant(X.n_rows)
        vectors = self._encoder.encode(X.texts).astype(np.float64)
        return self.target_.place(vectors @ self.head_.T + self.offsets_)

    def save(self, folder: Path) -> None:
        self.target_.save(folder)
        if self.arrays_:
            np.savez(folder / "graph.npz", **self.arrays_)  # type: ignore[arg-type]
            np.savez(folder / "head.npz", head=self.head_, offsets=self.offsets_)

    @classmethod
    def load(cls, folder: Path) -> Self:
        loaded = cls(seed=0)
        loaded.target_, loaded.arrays_ = Target.load(folder), {}
        if (folder / "graph.npz").exists():
            with np.load(folder / "graph.npz", allow_pickle=False) as arrays:
                graph = dict(arrays)
            with np.load(folder / "head.npz", allow_pickle=False) as arrays:
                loaded._keep(graph, arrays["head"], arrays["offsets"])
        return loaded

    def _keep(self, arrays: dict[str, np.ndarray], head: np.ndarray, offsets: np.ndarray) -> None:
        self.arrays_, self.head_, self.offsets_ = arrays, head, offsets
        self._encoder = OnnxEncoder(BUNDLED, weights=arrays)


def _check_extra() -> None:
    if not has_transformer_extra():
        raise InputError(
            "NO_TRANSFORMER",
            "The fine-tuned transformer cannot be trained where this job ran: an extra is not "
            "installed there. Ask the operator to run make transformer on every training host.",
        )


def choose_schedule(n_rows: int, n_classes: int) -> tuple[int, float]:
    """Epochs and the highest learning rate, before anything is trained."""
    n_epochs, rate = (4, 2e-4) if n_classes > MANY_CLASSES else (3, 1e-4)
    enough = math.ceil(MIN_STEPS / math.ceil(n_rows / STEP_ROWS))
    return max(n_epochs, min(enough, MAX_EPOCHS)), rate
