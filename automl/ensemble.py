"""Combining candidates: weights are fitted on their out-of-fold probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from automl.metrics import CandidateScore, correct_rows
from automl.pooling import fit_pool_weights, pool_probabilities
from automl.problem import MULTI_LABEL, Rule, labelled_rows, predicted_sets

# A candidate with less than this share of the weight costs more than it gives.
MIN_WEIGHT_SHARE = 0.02
THRESHOLDS = np.round(np.arange(0.1, 0.71, 0.02), 2)
MAX_EMPTY_SHARE = 0.01


@dataclass(frozen=True)
class Ensemble:
    """A weighted pool of candidates (see pooling.pool_probabilities).

    Attributes
    ----------
    weights : by family, adding up to one; families that help little have weight 0.
    temperature : what the pooled logarithms are divided by.
    rule : multi-label: which probabilities make a label (see problem.predicted_sets).
    oof_pred_probs : (N, K) float64, each fold by weights chosen on the other folds.
    oof_predicted : (N,) or (N, K), each fold decided by the rule of the other folds.
    """

    weights: dict[str, float]
    temperature: float
    rule: Rule | None
    oof_pred_probs: np.ndarray
    oof_predicted: np.ndarray


@dataclass(frozen=True)
class _Combination:
    weights: np.ndarray
    rule: Rule | None

    def apply(self, stack: np.ndarray) -> np.ndarray:
        return pool_probabilities(stack, self.weights, is_sets=self.rule is not None)

    def predict(self, pred_probs: np.ndarray) -> np.ndarray:
        if self.rule is None:
            return pred_probs.argmax(axis=1)
        return predicted_sets(pred_probs, self.rule)


def fit_ensemble(
    oof: dict[str, np.ndarray], y: np.ndarray, folds: np.ndarray, *, problem_type: str
) -> Ensemble:
    """Choose weights and a temperature of least log-loss, and a label rule.

    All three are cross-fitted: what is reported of a fold was decided on the others, so the
    ensemble's score is as honest as a candidate's. What is shipped is decided on all rows. With
    one candidate only the temperature and the rule are left to decide.

    Parameters
    ----------
    oof : (N, K) out-of-fold probabilities by family.
    y : labels, -1 = unlabelled: such rows get probabilities and decide nothing.
    """
    stack = np.stack([oof[family].astype(np.float64) for family in oof])
    labelled = labelled_rows(y)
    is_sets = problem_type == MULTI_LABEL
    oof_pred_probs = np.empty(stack.shape[1:])
    oof_predicted = np.zeros_like(y)
    for fold in np.unique(folds):
        inside, others = folds == fold, labelled & (folds != fold)
        part = _combine(stack[:, others], y[others], is_sets)
        oof_pred_probs[inside] = part.apply(stack[:, inside])
        oof_predicted[inside] = part.predict(oof_pred_probs[inside])
    final = _combine(stack[:, labelled], y[labelled], is_sets)
    total = float(final.weights.sum())
    return Ensemble(
        weights=dict(zip(oof, (final.weights / total).tolist(), strict=True)),
        temperature=1 / total,
        rule=final.rule,
        oof_pred_probs=oof_pred_probs,
        oof_predicted=oof_predicted,
    )


def choose_deployed(scores: dict[str, CandidateScore]) -> tuple[str, set[str]]:
    """The candidate to deploy, and all that are tied with the most accurate one.

    Within one standard error of the best accuracy, the lower log-loss wins.
    """
    best = max(scores.values(), key=lambda score: score.accuracy)
    tied = {key for key, s in scores.items() if best.accuracy - s.accuracy <= best.standard_error}
    chosen = min(tied, key=lambda key: (scores[key].log_loss, key))
    return chosen, tied if len(tied) > 1 else set()


def _combine(stack: np.ndarray, y: np.ndarray, is_sets: bool) -> _Combination:
    weights = fit_pool_weights(stack, y)
    kept = weights >= MIN_WEIGHT_SHARE * weights.sum()
    if not kept.all():
        weights = np.where(kept, 0.0, weights)
        weights[kept] = fit_pool_weights(stack[kept], y)
        weights[~kept] = 0.0
    rule = None
    if is_sets:
        rule = _tune_rule(pool_probabilities(stack, weights, is_sets=True), y)
    return _Combination(weights, rule)


def _tune_rule(pred_probs: np.ndarray, y: np.ndarray) -> Rule:
    """One threshold for all labels, for the most exact matches; "top one if none" only where
    training rows (nearly) never have an empty set."""
    top_one = len(y) > 0 and float((y.sum(axis=1) == 0).mean()) <= MAX_EMPTY_SHARE

    def n_exact(threshold: float) -> tuple[int, float]:
        rule = {"threshold": threshold, "top_one_if_none": top_one}
        right = correct_rows(predicted_sets(pred_probs, rule), y)
        return int(right.sum()), -abs(threshold - 0.5)

    best = max((float(t) for t in THRESHOLDS), key=n_exact)
    return {"threshold": best, "top_one_if_none": top_one}
