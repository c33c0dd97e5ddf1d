"""How probabilities become labels; what is asked for, and the rule that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import f1_score

from automl.problem import label_sets, rank_sets

# Multi-class: None, the most likely class, or {"offsets": K numbers added to the logarithms}.
# Multi-label: {"threshold", "top_one_if_none"} and perhaps "thresholds", one a label.
Rule = dict[str, Any]

MOST_LIKELY, BALANCED, THRESHOLD = "most-likely", "balanced", "threshold"
THRESHOLDS = np.round(np.arange(0.04, 0.72, 0.02), 2)
MAX_EMPTY_SHARE = 0.01
# Labels differ in what suits them, but a rare one's best threshold is mostly chance.
OWN_SHARE = 0.7
MIN_LABEL_ROWS = 10
PROBABILITY_FLOOR = 1e-9


@dataclass(frozen=True)
class Decision:
    """What suggested labels are meant to be good at.

    Attributes
    ----------
    kind : `most-likely`: as many rows right as possible, a set only as a whole. `balanced`: every
        class counts the same, however rare it is. `threshold`: of two classes, the second one is
        suggested from a given probability.
    threshold : of that probability, between 0 and 1.
    """

    kind: str = MOST_LIKELY
    threshold: float = 0.5


USUAL_DECISION = Decision()


def tune_rule(
    pred_probs: np.ndarray, y: np.ndarray, decision: Decision = USUAL_DECISION
) -> Rule | None:
    """The rule for a decision.

    Parameters
    ----------
    pred_probs : (N, K) out-of-fold probabilities, calibrated.
    y : (N,) class indices or (N, K) sets; all rows are labelled.
    """
    if y.ndim == 2:
        return _tune_sets(pred_probs, y, is_balanced=decision.kind == BALANCED)
    if decision.kind == BALANCED:
        # Dividing by the class shares is best for balanced accuracy where probabilities hold.
        counts = np.bincount(y, minlength=pred_probs.shape[1]) + 1.0
        return {"offsets": (-np.log(counts / counts.sum())).round(6).tolist()}
    if decision.kind == THRESHOLD:
        return {"offsets": [0.0, round(float(np.log(1 / decision.threshold - 1)), 6)]}
    return None


def predict_labels(pred_probs: np.ndarray, rule: Rule | None, *, is_sets: bool) -> np.ndarray:
    """(N,) class indices or (N, K) int8 sets. Of equal classes the first one."""
    if is_sets:
        return _predict_sets(pred_probs, rule or {"threshold": 0.5, "top_one_if_none": False})
    if rule is None:
        return pred_probs.argmax(axis=1)
    scores = np.log(np.maximum(pred_probs, PROBABILITY_FLOOR)) + np.array(rule["offsets"])
    # Rounding keeps a probability that equals the threshold on the side that it is on.
    chosen: np.ndarray = scores.round(9).argmax(axis=1)
    return chosen


def suggested_labels(
    pred_probs: np.ndarray, classes: Sequence[str], rule: Rule | None, *, is_sets: bool
) -> list[str]:
    """Names of the predicted classes, or sets as text, by falling probability."""
    return name_labels(predict_labels(pred_probs, rule, is_sets=is_sets), pred_probs, classes)


def name_labels(predicted: np.ndarray, pred_probs: np.ndarray, classes: Sequence[str]) -> list[str]:
    """The same of what was predicted already: (N,) class indices or (N, K) sets."""
    if predicted.ndim == 2:
        return label_sets(predicted, pred_probs, classes)
    return [classes[k] for k in predicted]


def ranked_labels(pred_probs: np.ndarray, rule: Rule | None, *, is_sets: bool) -> list[list[int]]:
    """Class indices of each row: the predicted one, or a set by falling probability."""
    predicted = predict_labels(pred_probs, rule, is_sets=is_sets)
    return rank_sets(predicted, pred_probs) if is_sets else predicted[:, None].tolist()


def _predict_sets(pred_probs: np.ndarray, rule: Rule) -> np.ndarray:
    thresholds = np.array(rule.get("thresholds") or [rule["threshold"]] * pred_probs.shape[1])
    chosen = (pred_probs >= thresholds).astype(np.int8)
    if rule["top_one_if_none"] and pred_probs.shape[1]:
        empty = np.flatnonzero(chosen.sum(axis=1) == 0)
        chosen[empty, (pred_probs[empty] / thresholds).argmax(axis=1)] = 1
    return chosen


def _tune_sets(pred_probs: np.ndarray, y: np.ndarray, *, is_balanced: bool) -> Rule:
    """One threshold for all labels, for the most exact matches; or one a label, for the best F1
    of each, drawn towards the one of the best macro-F1.

    "Top one if none" only where training rows (nearly) never have an empty set.
    """
    top_one = len(y) > 0 and float((y.sum(axis=1) == 0).mean()) <= MAX_EMPTY_SHARE

    def best_for(score: Callable[[np.ndarray], float]) -> float:
        def rank(threshold: float) -> tuple[float, float]:
            rule = {"threshold": threshold, "top_one_if_none": top_one}
            return score(_predict_sets(pred_probs, rule)), -abs(threshold - 0.5)

        return max((float(t) for t in THRESHOLDS), key=rank)

    if not is_balanced:
        best = best_for(lambda predicted: float((predicted == y).all(axis=1).sum()))
        return {"threshold": best, "top_one_if_none": top_one}
    shared = best_for(lambda predicted: _f1(y, predicted))
    own = [_tune_label(pred_probs[:, k], y[:, k], shared) for k in range(y.shape[1])]
    return {"threshold": shared, "thresholds": own, "top_one_if_none": top_one}


def _tune_label(pred_probs: np.ndarray, y: np.ndarray, shared: float) -> float:
    if y.sum() < MIN_LABEL_ROWS:
        return shared
    best = max(THRESHOLDS, key=lambda t: (_f1(y, pred_probs >= t), -abs(t - shared)))
    return round(OWN_SHARE * float(best) + (1 - OWN_SHARE) * shared, 4)


def _f1(y: np.ndarray, predicted: np.ndarray) -> float:
    average = "macro" if y.ndim == 2 else "binary"
    return float(f1_score(y, predicted, average=average, zero_division=0))
