"""Logits to probabilities: one temperature for classes, Platt's two numbers for each label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, log_softmax, softmax

from automl.problem import are_values, labelled_rows

MIN_GAIN = 0.002
LOG_TEMPERATURES = (-4.0, 3.0)
PLATT_RIDGE = 1e-3
PROBABILITY_FLOOR = 1e-6


@dataclass(frozen=True)
class Calibration:
    """How a candidate's logits become probabilities.

    Attributes
    ----------
    temperature : multi-class: softmax(logits / temperature) (Guo et al., 2017).
    slopes, offsets : multi-label: expit(slope * logit + offset) a label (Platt, 1999).
    is_identity : regression: what an estimator answers is a number already.
    """

    temperature: float = 1.0
    slopes: tuple[float, ...] = ()
    offsets: tuple[float, ...] = ()
    is_identity: bool = False

    def apply(self, logits: np.ndarray) -> np.ndarray:
        """(N, K) probabilities: rows sum to one for classes, are independent for labels."""
        if self.is_identity:
            return logits
        if self.slopes:
            probs = expit(logits * np.array(self.slopes) + np.array(self.offsets))
            return np.clip(probs, PROBABILITY_FLOOR, 1 - PROBABILITY_FLOOR)
        probs = np.maximum(softmax(logits / self.temperature, axis=1), PROBABILITY_FLOOR)
        return probs / probs.sum(axis=1, keepdims=True)

    def to_json(self) -> dict[str, Any]:
        return {
            "temperature": self.temperature,
            "slopes": list(self.slopes),
            "offsets": list(self.offsets),
            "is_identity": self.is_identity,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Calibration:
        return cls(
            data["temperature"],
            tuple(data["slopes"]),
            tuple(data["offsets"]),
            # Members saved before there was regression do not say.
            data.get("is_identity", False),
        )


def fit_calibration(logits: np.ndarray, y: np.ndarray) -> Calibration:
    """Fit on out-of-fold logits of labelled rows."""
    if are_values(y):
        return Calibration(is_identity=True)
    if y.ndim == 2 and len(y) == 0:
        return Calibration(slopes=(1.0,) * y.shape[1], offsets=(0.0,) * y.shape[1])
    if y.ndim == 2:
        return _fit_platt(logits, y)
    if len(y) == 0:
        return Calibration()
    return Calibration(temperature=fit_temperature(logits, y))


def fit_temperature(logits: np.ndarray, y: np.ndarray) -> float:
    """The temperature of least log-loss; 1 unless it gains at least 0.002 a row."""

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(logits / np.exp(log_temperature), axis=1)
        return float(-scaled[np.arange(len(y)), y].mean())

    best = minimize_scalar(loss, bounds=LOG_TEMPERATURES, method="bounded")
    return float(np.exp(best.x)) if loss(0.0) - best.fun > MIN_GAIN else 1.0


def calibrate_by_fold(logits: np.ndarray, y: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Probabilities of each fold with the calibration of the other folds.

    Rows without a label (see problem.labelled_rows) are calibrated, but fitted on never.
    """
    labelled = labelled_rows(y)
    pred_probs = np.empty_like(logits)
    for fold in np.unique(folds):
        inside = folds == fold
        others = labelled & ~inside
        calibration = fit_calibration(logits[others], y[others])
        pred_probs[inside] = calibration.apply(logits[inside])
    return pred_probs


def _fit_platt(logits: np.ndarray, y: np.ndarray) -> Calibration:
    pairs = [_fit_platt_label(logits[:, k], y[:, k]) for k in range(y.shape[1])]
    return Calibration(slopes=tuple(a for a, _ in pairs), offsets=tuple(b for _, b in pairs))


def _fit_platt_label(logits: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    # Platt's smoothed targets keep the fit finite where a label is (nearly) constant.
    n_yes, n = int(y.sum()), len(y)
    target = np.where(y == 1, (n_yes + 1) / (n_yes + 2), 1 / (n - n_yes + 2))
    spread = max(float(logits.std()), 1e-6)
    scaled = logits / spread

    def loss(ab: np.ndarray) -> tuple[float, np.ndarray]:
        z = ab[0] * scaled + ab[1]
        error = expit(z) - target
        value = np.logaddexp(0, z).mean() - (target * z).mean() + PLATT_RIDGE * ab[0] ** 2
        gradient = np.array([(error * scaled).mean() + 2 * PLATT_RIDGE * ab[0], error.mean()])
        return float(value), gradient

    share = float(target.mean())
    start = np.array([1.0, np.log(share / (1 - share))])
    a, b = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, 50), (-50, 50)]).x
    return float(a / spread), float(b)
