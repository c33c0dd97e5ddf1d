"""Worker side: from trained candidates to a leaderboard and the shipped predictor."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa

from automl.candidates import Member
from automl.decision_rules import name_labels
from automl.ensemble import Ensemble, choose_deployed
from automl.features.embeddings import Embeddings
from automl.golden_rows import choose_golden_rows
from automl.metrics import CandidateScore
from automl.novelty import choose_reference_rows
from automl.predictor import Predictor
from automl.schema import Schema
from automl.training_profile import TrainingProfile
from models_app.evaluation_facts import store_evaluation
from models_app.leaderboard_scores import Board, Scored
from models_app.leak_alarm import warn_of_leak
from models_app.members import load_candidate
from models_app.models import CandidateModel, DeployedModel
from models_app.serving import find_serving
from studio.feature_files import read_embeddings
from studio.jobs.execution import JobRun
from studio.models import StoredFile
from studio.project_data import read_features
from studio.text_encoders import text_encoders

ENSEMBLE = "ensemble"
ENSEMBLE_TITLE = "Ensemble Predictor"


@dataclass(frozen=True)
class Joined:
    """What the joining step found; the caller writes it in one transaction."""

    predictor_file: StoredFile
    evaluation_file: StoredFile
    rule: dict[str, Any] | None
    gain: dict[str, float] | None
    warnings: list[dict[str, Any]]
    ensemble: CandidateModel | None
    figures: dict[UUID, dict[str, Any]]


def join_candidates(run: JobRun, model: DeployedModel) -> Joined:
    run.progress("Combining the candidates")
    board = Board(model)
    scored = {candidate.family: board.score([candidate]) for candidate in board.candidates}
    if len(board.contenders) > 1:
        scored[ENSEMBLE] = board.score(board.contenders)
    deployed, tied = choose_contender(board, {key: s.score for key, s in scored.items()})
    run.progress("Saving the predictor")
    load = partial(load_candidate, run, model.cleanset.project.modality)
    held_out = scored[deployed].held_out
    predictor = build_predictor(model, board, held_out, load)
    table = read_features(model.cleanset.project, board.row_ids)
    scored[deployed].serving = find_serving(board, table, held_out, predictor)
    keep_golden_rows(predictor, board, table)
    keep_profile(predictor, board, table, held_out)
    project = model.cleanset.project
    keep_reference_rows(
        predictor,
        board,
        table,
        lambda rows, i: read_embeddings(project, rows, board.row_ids[i]),
    )
    predictor_file = _store_predictor(run, model, predictor)
    run.progress("Looking at errors")
    evaluation_file = store_evaluation(run, board, table, held_out, predictor)
    marks = {key: {"is_deployed": key == deployed, "is_tied": key in tied} for key in scored}
    return Joined(
        predictor_file=predictor_file,
        evaluation_file=evaluation_file,
        rule=held_out.rule,
        gain=scored[deployed].gain,
        warnings=warn_of_leak(run, board, scored),
        ensemble=_ensemble_row(model, board, scored, marks),
        figures={
            candidate.pk: scored[candidate.family].as_fields()
            | marks[candidate.family]
            | {"ensemble_weight": _weight(scored, candidate)}
            | _seconds([candidate])
            for candidate in board.candidates
        },
    )


def choose_contender(board: Board, scores: Mapping[str, CandidateScore]) -> tuple[str, set[str]]:
    """The family, or `ENSEMBLE`, to deploy, and all that are tied; baselines never are."""
    contenders = {ENSEMBLE, *(candidate.family for candidate in board.contenders)}
    return choose_deployed({k: s for k, s in scores.items() if k in contenders}, board.decision)


def _ensemble_row(
    model: DeployedModel, board: Board, scored: dict[str, Scored], marks: dict[str, Any]
) -> CandidateModel | None:
    if ENSEMBLE not in scored:
        return None
    return CandidateModel(
        deployed_model=model,
        role=CandidateModel.Role.ENSEMBLE,
        status=CandidateModel.Status.READY,
        family=ENSEMBLE,
        title=ENSEMBLE_TITLE,
        **scored[ENSEMBLE].as_fields(),
        **marks[ENSEMBLE],
        **_seconds([c for c in board.contenders if _weight(scored, c)]),
    )


def _weight(scored: dict[str, Scored], candidate: CandidateModel) -> float | None:
    if ENSEMBLE not in scored:
        return None
    return scored[ENSEMBLE].held_out.weights.get(candidate.family)


def _seconds(candidates: list[CandidateModel]) -> dict[str, float]:
    """Inference: predicting all rows out of fold. Training: all fits, the last on all rows."""
    runs = [candidate.held_out_run for candidate in candidates]
    return {
        "inference_seconds": sum(run.predict_seconds for run in runs if run),
        "training_seconds": sum(run.fit_seconds for run in runs if run)
        + sum(candidate.refit_seconds for candidate in candidates),
    }


def build_predictor(
    model: DeployedModel,
    board: Board,
    deployed: Ensemble,
    load_member: Callable[[CandidateModel], Member],
) -> Predictor:
    """The members that have a weight."""
    project = model.cleanset.project
    weights = {family: w for family, w in deployed.weights.items() if w > 0}
    candidates = [c for c in board.contenders if c.family in weights]
    return Predictor(
        schema=Schema.from_json(project.feature_schema),
        classes=model.classes,
        modality=project.modality,
        problem_type=project.problem_type,
        members=[load_member(c) for c in candidates],
        weights=[weights[c.family] for c in candidates],
        temperature=deployed.temperature,
        rule=deployed.rule,
        text_encoders=text_encoders(),
    )


def keep_golden_rows(predictor: Predictor, board: Board, table: pa.Table) -> None:
    chosen = choose_golden_rows(board.y, seed=board.seed)
    predictor.keep_golden_rows(table.take(pa.array(chosen)))


def keep_profile(predictor: Predictor, board: Board, table: pa.Table, held_out: Ensemble) -> None:
    """Of the board's rows, whose cells `table` has."""
    predictor.profile = TrainingProfile.of(
        table,
        predictor.schema,
        board.labels,
        problem_type=board.problem_type,
        predicted=name_labels(held_out.oof_predicted, held_out.oof_pred_probs, board.classes),
    )


def keep_reference_rows(
    predictor: Predictor,
    board: Board,
    table: pa.Table,
    embed: Callable[[pa.Table, np.ndarray], Embeddings],
) -> None:
    """`embed`: vectors of some of the board's rows, given their cells and their positions."""
    chosen = choose_reference_rows(len(board.row_ids), seed=board.seed)
    rows = table.take(pa.array(chosen))
    predictor.keep_reference_rows(rows, embed(rows, chosen), seed=board.seed)


def save_predictor(predictor: Predictor, model: DeployedModel, path: Path) -> None:
    families = [member.family for member in predictor.members]
    info = {"n_rows": model.n_rows, "seed": model.cleanset.project.seed, "families": families}
    predictor.save(path, info=info)


def _store_predictor(run: JobRun, model: DeployedModel, predictor: Predictor) -> StoredFile:
    """Bundle it, and check that the bundle loads again and predicts the same."""
    path = run.folder / "predictor.zip"
    save_predictor(predictor, model, path)
    Predictor.load(path, text_encoders=text_encoders()).check_golden_rows()
    return run.put_file("predictors", path)
