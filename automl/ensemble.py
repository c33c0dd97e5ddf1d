"""Combining candidates: weights are fitted on their out-of-fold probabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from automl.decision_rules import (
    BALANCED,
    USUAL_DECISION,
    Decision,
    Rule,
    predict_labels,
    tune_rule,
)
from automl.metrics import CandidateScore
from automl.pooling import fit_pool_weights, pool_probabilities
from automl.problem import MULTI_LABEL, labelled_rows

# A candidate with less than this share of the weight costs more than it gives.
MIN_WEIGHT_SHARE = 0.02


@dataclass(frozen=True)
class Ensemble:
    """A weighted pool of candidates (see pooling.pool_probabilities).

    Attributes
    ----------
    weights : by family, adding up to one; families that help little have weight 0.
    temperature : what the pooled logarithms are divided by.
    rule : how probabilities make labels (see decision_rules.predict_labels).
    oof_pred_probs : (N, K) float64, each fold by weights chosen on the other folds.
    oof_predicted : (N,) or (N, K), each fold decided by the rule of the other folds.
    """

    weights: dict[str, float]
    temperature: float
    rule: Rule | None
    oof_pred_probs: np.ndarray
    oof_predicted: np.ndarray


@dataclass(frozen=True)
class Combination:
    """What was decided on some rows: (M,) weights, 0 for models that are left out, and a rule."""

    weights: np.ndarray
    rule: Rule | None
    is_sets: bool

    def apply(self, stack: np.ndarray) -> np.ndarray:
        return pool_probabilities(stack, self.weights, is_sets=self.is_sets)

    def predict(self, pred_probs: np.ndarray) -> np.ndarray:
        return predict_labels(pred_probs, self.rule, is_sets=self.is_sets)


Combine = Callable[[np.ndarray, np.ndarray, bool, Decision], Combination]


def combine(stack: np.ndarray, y: np.ndarray, is_sets: bool, decision: Decision) -> Combination:
    """The combination of least log-loss on labelled rows: (M, N, K) probabilities of M models."""
    weights = fit_pool_weights(stack, y)
    kept = weights >= MIN_WEIGHT_SHARE * weights.sum()
    if not kept.all():
        weights = np.where(kept, 0.0, weights)
        weights[kept] = fit_pool_weights(stack[kept], y)
        weights[~kept] = 0.0
    pooled = pool_probabilities(stack, weights, is_sets=is_sets)
    return Combination(weights, tune_rule(pooled, y, decision), is_sets)


def fit_ensemble(
    oof: dict[str, np.ndarray],
    y: np.ndarray,
    folds: np.ndarray,
    *,
    problem_type: str,
    decision: Decision = USUAL_DECISION,
    combine: Combine = combine,
) -> Ensemble:
    """Choose weights and a temperature of least log-loss, and the rule for a decision.

    All three are cross-fitted: what is reported of a fold was decided on the others, so the
    ensemble's score is as honest as a candidate's. What is shipped is decided on all rows. With
    one candidate only the temperature and the rule are left to decide.

    Parameters
    ----------
    oof : (N, K) out-of-fold probabilities by family.
    y : labels, -1 = unlabelled: such rows get probabilities and decide nothing.
    combine : how weights and rule are chosen on given rows.
    """
    stack = np.stack([oof[family].astype(np.float64) for family in oof])
    labelled = labelled_rows(y)
    is_sets = problem_type == MULTI_LABEL
    oof_pred_probs = np.empty(stack.shape[1:])
    oof_predicted = np.zeros_like(y)
    for fold in np.unique(folds):
        inside, others = folds == fold, labelled & (folds != fold)
        part = combine(stack[:, others], y[others], is_sets, decision)
        oof_pred_probs[inside] = part.apply(stack[:, inside])
        oof_predicted[inside] = part.predict(oof_pred_probs[inside])
    final = combine(stack[:, labelled], y[labelled], is_sets, decision)
    total = float(final.weights.sum())
    return Ensemble(
        weights=dict(zip(oof, (final.weights / total).tolist(), strict=True)),
        temperature=1 / total,
        rule=final.rule,
        oof_pred_probs=oof_pred_probs,
        oof_predicted=oof_predicted,
    )


def choose_deployed(
    scores: dict[str, CandidateScore], decision: Decision = USUAL_DECISION
) -> tuple[str, set[str]]:
    """The candidate to deploy, and all that are tied with the most accurate one.

    Within one standard error of the best accuracy, the lower log-loss wins. Where a decision is
    not about accuracy, the best probabilities are what every rule wants: log-loss alone counts.
    """
    if decision.kind == BALANCED:
        return min(scores, key=lambda key: (scores[key].log_loss, key)), set()
    best = max(scores.values(), key=lambda score: score.accuracy)
    tied = {key for key, s in scores.items() if best.accuracy - s.accuracy <= best.standard_error}
    chosen = min(tied, key=lambda key: (scores[key].log_loss, key))
    return chosen, tied if len(tied) > 1 else set()
