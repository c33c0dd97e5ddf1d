"""Combining candidates that predict numbers: a weighted mean of least squared error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from automl.ensemble import MIN_WEIGHT_SHARE
from automl.problem import labelled_rows
from automl.value_intervals import Coverage, ValueIntervals, cover_by_fold, fit_intervals

# Draws weights that the rows say little about towards an equal share, as a part of the mean
# squared error.
RIDGE = 1e-3
# How much more than the errors the sum of the weights counts: it is one to six digits.
SUM_WEIGHT = 1e3


@dataclass(frozen=True)
class ValueEnsemble:
    """A weighted mean of candidates' predictions.

    Attributes
    ----------
    weights : by family, adding up to one; families that help little have weight 0.
    oof_values : (N,) float64, each fold by weights chosen on the other folds.
    intervals : of what is shipped; None for too few rows.
    coverage : of such intervals, each fold's from the errors of the other folds.
    """

    weights: dict[str, float]
    oof_values: np.ndarray
    intervals: ValueIntervals | None
    coverage: Coverage | None


def fit_value_ensemble(
    oof: dict[str, np.ndarray], y: np.ndarray, folds: np.ndarray
) -> ValueEnsemble:
    """Choose weights of least squared error, and intervals; reported figures are cross-fitted.

    Parameters
    ----------
    oof : (N, 1) out-of-fold predictions by family.
    y : (N,) labels, NaN = unlabelled: such rows get predictions and decide nothing.
    """
    stack = np.stack([oof[family][:, 0].astype(np.float64) for family in oof])
    labelled = labelled_rows(y)
    oof_values = np.empty(len(y))
    for fold in np.unique(folds):
        inside, others = folds == fold, labelled & (folds != fold)
        oof_values[inside] = _weigh(stack[:, others], y[others]) @ stack[:, inside]
    weights = _weigh(stack[:, labelled], y[labelled])
    known = oof_values[labelled], y[labelled]
    return ValueEnsemble(
        weights=dict(zip(oof, weights.tolist(), strict=True)),
        oof_values=oof_values,
        intervals=fit_intervals(*known),
        coverage=cover_by_fold(*known, folds[labelled]),
    )


def choose_deployed_values(values: dict[str, np.ndarray], y: np.ndarray) -> tuple[str, set[str]]:
    """The candidate of the least squared error, and all that are tied with it.

    Tied: on the same rows, the mean difference of squared errors is at most one standard error
    of that difference.

    Parameters
    ----------
    values : (N,) held-out predictions by candidate. y : (N,) labels, NaN = unlabelled.
    """
    rows = labelled_rows(y)
    errors = {key: (predicted[rows] - y[rows]) ** 2 for key, predicted in values.items()}
    best = min(errors, key=lambda key: (float(errors[key].mean()), key))
    tied = {key for key in errors if _are_tied(errors[key] - errors[best])}
    return best, tied if len(tied) > 1 else set()


def fit_mean_weights(stack: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(M,) weights, at least 0, of a mean of least squared error (Breiman, 1996).

    They add up to one, so that the mean errs only where its members do, whatever number the
    labels are counted from; their mean products of errors (Bates and Granger, 1969) are then all
    that matters.

    Parameters
    ----------
    stack : (M, N) predictions. y : (N,) labels, all of them there.
    """
    n_models = len(stack)
    equal = np.full(n_models, 1 / n_models)
    errors = stack - y
    scale = float((errors**2).mean()) if errors.size else 0.0
    if scale == 0:
        return equal
    products = errors @ errors.T / (len(y) * scale) + RIDGE * np.eye(n_models)
    root = np.linalg.cholesky(products).T
    rows = np.vstack([root, np.full(n_models, SUM_WEIGHT)])
    found, _ = nnls(rows, np.append(np.zeros(n_models), SUM_WEIGHT))
    weights: np.ndarray = found / found.sum()
    return weights


def _weigh(stack: np.ndarray, y: np.ndarray) -> np.ndarray:
    weights = fit_mean_weights(stack, y)
    kept = weights >= MIN_WEIGHT_SHARE
    if not kept.all():
        weights = np.zeros(len(stack))
        weights[kept] = fit_mean_weights(stack[kept], y)
    return weights


def _are_tied(differences: np.ndarray) -> bool:
    n = len(differences)
    return n == 0 or float(differences.mean()) <= float(differences.std()) / np.sqrt(n)
