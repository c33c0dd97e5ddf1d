"""A cheaper combination of an ensemble's members, for files of very many rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from automl.decision_rules import USUAL_DECISION, Decision
from automl.ensemble import Combination, Ensemble, combine, fit_ensemble
from automl.metrics import correct_rows, log_loss, paired_difference
from automl.prediction_costs import Cost, measure_costs, total_cost
from automl.predictor import Predictor, ServingPool
from automl.problem import labelled_rows

# What the serving ensemble may lose, cross-fitted: a tenth of a point, and a hundredth of log-loss.
MAX_ACCURACY_LOSS = 0.001
MAX_LOG_LOSS_RATIO = 1.01
# Members are chosen with less, because what is chosen looks a little better than it is.
CHOSEN_WITHIN = 0.5
# Seconds a row, 50,000 rows a second, from where on nothing more is left out.
FAST_ENOUGH = 20e-6
# Less is not worth another answer; less for one member is not worth leaving it out.
MIN_SPEED_UP = 1.25
MIN_SAVING = 0.05


@dataclass(frozen=True)
class ServingEnsemble:
    """Fewer members of an ensemble, with weights and a rule of their own.

    Attributes
    ----------
    ensemble : as `fit_ensemble` gives it; members that are left out have weight 0.
    accuracy : of serving minus full on the same rows: difference, low, high (95 % interval).
    log_loss_ratio : serving over full; above 1 is worse.
    speed_up : how many times as many rows a second of processor time.
    """

    ensemble: Ensemble
    accuracy: dict[str, float]
    log_loss_ratio: float
    speed_up: float

    @property
    def weights(self) -> dict[str, float]:
        return {family: w for family, w in self.ensemble.weights.items() if w > 0}

    def pool(self, families: Iterable[str]) -> ServingPool:
        """What a predictor of the given families keeps of it."""
        weights = [self.weights.get(family, 0.0) for family in families]
        return ServingPool(weights, self.ensemble.temperature, self.ensemble.rule)

    def to_json(self) -> dict[str, Any]:
        return {
            "families": list(self.weights),
            "accuracy": self.accuracy,
            "log_loss_ratio": self.log_loss_ratio,
            "speed_up": self.speed_up,
        }


def add_serving(
    predictor: Predictor,
    table: pa.Table,
    oof: Mapping[str, np.ndarray],
    y: np.ndarray,
    folds: np.ndarray,
    *,
    full: Ensemble,
    seed: int,
    decision: Decision = USUAL_DECISION,
) -> ServingEnsemble | None:
    """Give a predictor the serving ensemble of its members, if there is one.

    Parameters
    ----------
    table : some rows of columns c0.. to measure on.
    others : see `fit_serving`.
    """
    if len(predictor.members) < 2:
        return None
    costs = measure_costs(predictor.members, table, predictor.schema, predictor.text_encoders)
    serving = fit_serving(
        oof,
        y,
        folds,
        full=full,
        costs=costs,
        problem_type=predictor.problem_type,
        seed=seed,
        decision=decision,
    )
    if serving is not None:
        predictor.serving = serving.pool(member.family for member in predictor.members)
    return serving


def repeat_serving(
    predictor: Predictor,
    families: Iterable[str],
    oof: Mapping[str, np.ndarray],
    y: np.ndarray,
    folds: np.ndarray,
    *,
    decision: Decision = USUAL_DECISION,
) -> None:
    """Give a predictor a serving ensemble of known members: weights and rule are fitted anew.

    Which members it has was decided by measured times, which no second training repeats.
    """
    fitted = fit_ensemble(
        {family: oof[family] for family in families},
        y,
        folds,
        problem_type=predictor.problem_type,
        decision=decision,
    )
    weights = [fitted.weights.get(member.family, 0.0) for member in predictor.members]
    predictor.serving = ServingPool(weights, fitted.temperature, fitted.rule)


def fit_serving(
    oof: Mapping[str, np.ndarray],
    y: np.ndarray,
    folds: np.ndarray,
    *,
    full: Ensemble,
    costs: Mapping[str, Cost],
    problem_type: str,
    seed: int,
    decision: Decision = USUAL_DECISION,
) -> ServingEnsemble | None:
    """Leave out members that cost much and give little.

    Which ones, their weights and the rule are all chosen anew for each fold on the other folds,
    so that what is reported of the loss is of rows that had no say. What is shipped is chosen on
    all rows.

    Parameters
    ----------
    oof : (N, K) out-of-fold probabilities by family, of at least the members of `full`.
    full : what is deployed, fitted on the same rows.
    costs : of each member of `full`, refitted (see prediction_costs.measure_costs).

    Returns
    -------
    None where the full ensemble is fast enough, or where nothing is faster by a quarter within a
    tenth of a point of accuracy and a hundredth of log-loss.
    """
    members = {family: oof[family] for family, weight in full.weights.items() if weight > 0}
    if len(members) < 2:
        return None
    own = [costs[family] for family in members]
    fitted = fit_ensemble(
        members,
        y,
        folds,
        problem_type=problem_type,
        decision=decision,
        combine=partial(_combine_cheaply, costs=own),
    )
    serving = _compare(fitted, full, y, costs, seed)
    return serving if _is_worth_it(serving) else None


def _compare(
    fitted: Ensemble, full: Ensemble, y: np.ndarray, costs: Mapping[str, Cost], seed: int
) -> ServingEnsemble:
    rows = labelled_rows(y)
    right = [correct_rows(each.oof_predicted[rows], y[rows]) for each in (fitted, full)]
    losses = [log_loss(each.oof_pred_probs[rows], y[rows]) for each in (fitted, full)]
    spent = [
        total_cost(costs[family] for family, weight in each.weights.items() if weight > 0)
        for each in (fitted, full)
    ]
    return ServingEnsemble(
        ensemble=fitted,
        accuracy=paired_difference(right[0], right[1], seed=seed),
        log_loss_ratio=losses[0] / losses[1] if losses[1] else 1.0,
        speed_up=spent[1] / spent[0],
    )


def _is_worth_it(serving: ServingEnsemble) -> bool:
    return (
        serving.speed_up >= MIN_SPEED_UP
        and serving.accuracy["difference"] >= -MAX_ACCURACY_LOSS
        and serving.log_loss_ratio <= MAX_LOG_LOSS_RATIO
    )


def _combine_cheaply(
    stack: np.ndarray, y: np.ndarray, is_sets: bool, decision: Decision, *, costs: list[Cost]
) -> Combination:
    """Leave members out one by one, those that cost most first, as long as little is lost and
    until the rest is fast enough.

    One pass is enough: of fewer members the least log-loss is never smaller, so that a member
    that was needed stays needed.
    """
    best = combine(stack, y, is_sets, decision)
    target = _quality(best, stack, y)
    for i in sorted(range(len(costs)), key=lambda i: -costs[i].own):
        kept = best.weights > 0
        fewer = kept & (np.arange(len(costs)) != i)
        if not kept[i] or not fewer.any() or not _is_worth_trying(costs, kept, fewer):
            continue
        found = combine(stack[fewer], y, is_sets, decision)
        weights = np.zeros(len(costs))
        weights[fewer] = found.weights
        without = Combination(weights, found.rule, is_sets)
        if _is_close(_quality(without, stack, y), target):
            best = without
    return best


def _is_worth_trying(costs: list[Cost], kept: np.ndarray, fewer: np.ndarray) -> bool:
    before, after = (
        total_cost(cost for cost, is_in in zip(costs, chosen, strict=True) if is_in)
        for chosen in (kept, fewer)
    )
    return before > FAST_ENOUGH and before - after >= MIN_SAVING * before


def _quality(found: Combination, stack: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Accuracy and log-loss on the rows that it was chosen on."""
    pred_probs = found.apply(stack)
    right = correct_rows(found.predict(pred_probs), y)
    return float(right.mean()) if len(y) else 0.0, log_loss(pred_probs, y)


def _is_close(quality: tuple[float, float], target: tuple[float, float]) -> bool:
    accuracy_loss, loss_ratio = target[0] - quality[0], quality[1] / max(target[1], 1e-12)
    return (
        accuracy_loss <= CHOSEN_WITHIN * MAX_ACCURACY_LOSS
        and loss_ratio <= 1 + CHOSEN_WITHIN * (MAX_LOG_LOSS_RATIO - 1)
    )
