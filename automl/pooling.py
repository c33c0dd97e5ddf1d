"""Joining the probabilities of several models by a weighted mean of their logarithms."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit, log_softmax, logit, softmax

FLOOR = 1e-6
# Draws weights that the rows say little about towards an equal share.
RIDGE = 1e-3


def pool_probabilities(stack: np.ndarray, weights: np.ndarray, *, is_sets: bool) -> np.ndarray:
    """The logarithmic opinion pool (Genest and Zidek, 1986).

    Parameters
    ----------
    stack : (M, N, K) probabilities of M models.
    weights : (M,), at least 0. Their sum sharpens (above 1) or softens (below 1) the result.
    is_sets : labels are independent: their log-odds are joined, and rows need not sum to one.

    Returns
    -------
    (N, K) float64
    """
    pooled = np.tensordot(weights, _log_scale(stack, is_sets), axes=1)
    joined: np.ndarray = expit(pooled) if is_sets else softmax(pooled, axis=1)
    return joined


def fit_pool_weights(stack: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The (M,) weights of least log-loss of the pool on the given rows; a convex problem.

    `y` is (N,) class indices or (N, K) sets; all rows are labelled.
    """
    n_models, n_rows = len(stack), stack.shape[1]
    start = np.full(n_models, 1 / n_models)
    if n_rows == 0:
        return start
    is_sets = y.ndim == 2
    logs = _log_scale(stack, is_sets)
    target = y if is_sets else np.eye(stack.shape[2], dtype=np.float32)[y]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        pooled = np.tensordot(weights, logs, axes=1)
        value, error = _set_loss(pooled, target) if is_sets else _class_loss(pooled, target)
        slope = np.tensordot(logs, error, axes=([1, 2], [0, 1])) / n_rows
        away = weights - start
        return value / n_rows + RIDGE * float(away @ away), slope + 2 * RIDGE * away

    bounds = [(0.0, None)] * n_models
    found: np.ndarray = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return found if found.sum() > FLOOR else start


def _log_scale(stack: np.ndarray, is_sets: bool) -> np.ndarray:
    inside = np.clip(stack, FLOOR, 1 - FLOOR if is_sets else 1)
    scaled: np.ndarray = logit(inside) if is_sets else np.log(inside)
    return scaled


def _class_loss(pooled: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    logs = log_softmax(pooled, axis=1)
    return float(-(target * logs).sum()), np.exp(logs) - target


def _set_loss(pooled: np.ndarray, target: np.ndarray) -> tuple[float, np.ndarray]:
    value = -(target * log_expit(pooled) + (1 - target) * log_expit(-pooled)).sum()
    return float(value), expit(pooled) - target
