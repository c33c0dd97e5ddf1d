"""What ours does otherwise where labels are numbers: combining, the score, the saved bundle."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from automl.candidates import TrainingData, load_member
from automl.families import get_family
from automl.predictor import Predictor
from automl.value_ensemble import ValueEnsemble, choose_deployed_values, fit_value_ensemble
from automl.value_metrics import score_values
from benchmarks.automl.jobs import VALUE_COLUMNS, Displayed, Predictions

ENSEMBLE = "ensemble"


def deploy(
    data: TrainingData, oof: dict[str, np.ndarray], members: Path, seed: int
) -> tuple[Predictor, Displayed]:
    """The predictor of the candidate with the least squared error, and what is shown of it."""
    boards = join(data, oof)
    deployed, tied = choose_deployed_values(
        {key: board.oof_values for key, board in boards.items()}, data.y
    )
    scores = {
        key: score_values(board.oof_values, data.y, seed=seed) for key, board in boards.items()
    }
    baselines = {
        key: score_values(values[:, 0], data.y, seed=seed)
        for key, values in oof.items()
        if get_family(key).is_baseline
    }
    ensemble, score = boards[deployed], scores[deployed]
    weights = {family: w for family, w in ensemble.weights.items() if w > 0}
    predictor = Predictor(
        schema=data.schema,
        classes=[],
        modality=data.modality,
        problem_type=data.problem_type,
        members=[load_member(data.modality, members / family) for family in weights],
        weights=list(weights.values()),
        intervals=ensemble.intervals,
    )
    coverage = ensemble.coverage
    details = {
        "deployed": deployed,
        "tied": sorted(tied),
        "weights": weights,
        "held_out": {key: round(each.r2, 4) for key, each in (scores | baselines).items()},
        "score": score.to_json(),
        "coverage": coverage.share if coverage else None,
    }
    shown = Displayed(r2=score.r2, standard_error=score.standard_error, details=details)
    return predictor, shown


def join(data: TrainingData, oof: dict[str, np.ndarray]) -> dict[str, ValueEnsemble]:
    """Each contender by itself and all combined; baselines are never deployed."""
    contenders = {key: oof[key] for key in sorted(oof) if not get_family(key).is_baseline}
    groups = {family: {family: values} for family, values in contenders.items()}
    if len(contenders) > 1:
        groups[ENSEMBLE] = contenders
    return {key: fit_value_ensemble(group, data.y, data.folds) for key, group in groups.items()}


def describe(model: Predictor, values: np.ndarray) -> Predictions:
    """(N,) predicted numbers, with both ends of their intervals where these are known."""
    columns = [values]
    if model.intervals:
        columns += list(model.intervals.around(values))
    return Predictions(list(VALUE_COLUMNS[: len(columns)]), np.column_stack(columns), [])
