"""Combining candidates by greedy selection over their out-of-fold probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from automl.calibration import fit_temperature
from automl.metrics import CandidateScore, correct_rows, log_loss
from automl.problem import MULTI_LABEL, Rule, labelled_rows, predicted_sets

MAX_PICKS = 25
MIN_IMPROVEMENT = 1e-5
THRESHOLDS = np.round(np.arange(0.1, 0.71, 0.02), 2)
MAX_EMPTY_SHARE = 0.01


@dataclass(frozen=True)
class Ensemble:
    """A weighted mean of candidates.

    Attributes
    ----------
    weights : by family, adding up to one; families that were never picked have weight 0.
    temperature : applied to the mean's log-probabilities (classes only).
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
    temperature: float
    rule: Rule | None

    def apply(self, stack: np.ndarray) -> np.ndarray:
        mean = np.tensordot(self.weights, stack, axes=1)
        return heat(mean, self.temperature)

    def predict(self, pred_probs: np.ndarray) -> np.ndarray:
        if self.rule is None:
            return pred_probs.argmax(axis=1)
        return predicted_sets(pred_probs, self.rule)


def fit_ensemble(
    oof: dict[str, np.ndarray], y: np.ndarray, folds: np.ndarray, *, problem_type: str
) -> Ensemble:
    """Choose weights on log-loss (Caruana et al., 2004), a temperature and a label rule.

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
    return Ensemble(
        weights={family: float(w) for family, w in zip(oof, final.weights, strict=True)},
        temperature=final.temperature,
        rule=final.rule,
        oof_pred_probs=oof_pred_probs,
        oof_predicted=oof_predicted,
    )


def heat(pred_probs: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities with a temperature: rows are proportional to p ** (1 / temperature)."""
    if temperature == 1.0:
        return pred_probs
    powered = np.maximum(pred_probs, 1e-12) ** (1 / temperature)
    return powered / powered.sum(axis=1, keepdims=True)


def choose_deployed(scores: dict[str, CandidateScore]) -> tuple[str, set[str]]:
    """The candidate to deploy, and all that are tied with the most accurate one.

    Within one standard error of the best accuracy, the lower log-loss wins.
    """
    best = max(scores.values(), key=lambda score: score.accuracy)
    tied = {key for key, s in scores.items() if best.accuracy - s.accuracy <= best.standard_error}
    chosen = min(tied, key=lambda key: (scores[key].log_loss, key))
    return chosen, tied if len(tied) > 1 else set()


def _combine(stack: np.ndarray, y: np.ndarray, is_sets: bool) -> _Combination:
    weights = _pick_greedily(stack, y)
    mean = np.tensordot(weights, stack, axes=1)
    if is_sets:
        return _Combination(weights, 1.0, _tune_rule(mean, y))
    temperature = fit_temperature(np.log(np.maximum(mean, 1e-12)), y) if len(y) else 1.0
    return _Combination(weights, temperature, None)


def _pick_greedily(stack: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Add, with repetition, whichever candidate lowers the log-loss of the mean the most."""
    picks = np.zeros(len(stack))
    if len(stack) == 1 or len(y) == 0:
        return np.full(len(stack), 1 / len(stack))
    total = np.zeros(stack.shape[1:])
    best_loss = np.inf
    for n in range(1, MAX_PICKS + 1):
        losses = [log_loss((total + candidate) / n, y) for candidate in stack]
        k = int(np.argmin(losses))
        if losses[k] > best_loss - MIN_IMPROVEMENT:
            break
        best_loss = losses[k]
        total += stack[k]
        picks[k] += 1
    return picks / picks.sum()


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
