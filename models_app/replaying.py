"""Worker side of "Re-run to verify": train once more from the stored facts, then compare.

What really ran is replayed: the families whose candidates were ready, on the frozen labels and the
folds, with vectors read anew from the texts. Nothing that a training computed is used.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils import timezone

from automl.candidates import TrainingData, cross_validate, load_member, refit
from automl.ensemble import Ensemble
from automl.errors import InputError
from automl.features.embeddings import Embeddings
from automl.golden_rows import tolerance_of
from automl.predictor import Predictor
from automl.schema import Schema
from automl.serving import repeat_serving
from automl.versions import changed_versions
from models_app.joining import (
    ENSEMBLE,
    build_predictor,
    choose_contender,
    keep_golden_rows,
    keep_profile,
    keep_reference_rows,
    save_predictor,
)
from models_app.leaderboard_scores import Board
from models_app.models import CandidateModel, DeployedModel, Verification
from studio.files import hash_file, sealed_path
from studio.jobs import Finished
from studio.jobs.execution import JobRun
from studio.project_data import read_features, read_labels
from studio.text_encoders import text_encoders
from studio.training_data import build_training_data


@dataclass(frozen=True)
class Outcome:
    """What the model came out as: the choice, its out-of-fold predictions, its predictor."""

    choice: str
    held_out: Ensemble
    predictor: Predictor
    sha256: str


def verify_model(run: JobRun) -> Finished:
    verification = Verification.all_objects.select_related(
        "deployed_model__cleanset__project__dataset"
    ).get(pk=run.subject_id)
    model = verification.deployed_model
    _check_files(model)
    stored = Board(model)
    deployed = _read_deployed(model, stored)
    data = _read_facts(run, model, deployed.predictor.schema)
    replayed = {}
    for i, candidate in enumerate(stored.contenders):
        prefix = f"{i + 1} of {len(stored.contenders)} · "
        replayed[candidate.family] = _train(run, candidate, data, stored.seed, prefix)
    run.progress("Comparing")
    board = Board(model, replayed)
    again = _put_together(run, model, board, data, deployed)
    facts = _compare(stored, board, deployed, again)

    def apply() -> None:
        Verification.all_objects.filter(
            pk=verification.pk, status=Verification.Status.PENDING
        ).update(
            status=Verification.Status.DONE,
            result=_judge(facts, tolerance_of(data.schema)),
            facts=facts,
            finished_at=timezone.now(),
        )

    return Finished(apply)


def _check_files(model: DeployedModel) -> None:
    """What is read below is what was stored then."""
    project = model.cleanset.project
    files = [project.dataset.table_file, project.folds_file, model.training_file]
    for candidate in model.candidates.filter(status=CandidateModel.Status.READY):
        held_out, original = candidate.held_out_run, candidate.original_run
        files += [held_out.oof_file] if held_out else []
        files += [original.labels_file] if original else []
    for stored in files:
        if stored is None:
            raise InputError(
                "NOT_REPLAYABLE",
                "What this model was trained on is no longer stored as a whole, so it cannot be "
                "trained once more. Re-train the model.",
            )
        sealed_path(stored)


def _read_deployed(model: DeployedModel, board: Board) -> Outcome:
    assert model.predictor_file is not None
    path = sealed_path(model.predictor_file)
    choice = model.candidates.get(is_deployed=True).family
    return Outcome(
        choice=choice,
        held_out=_combine(board, choice),
        predictor=Predictor.load(path, text_encoders=text_encoders()),
        sha256=model.predictor_file.sha256,
    )


def _read_facts(run: JobRun, model: DeployedModel, schema: Schema) -> TrainingData:
    """Dataset, frozen labels and folds; texts read anew."""
    project = model.cleanset.project
    if Schema.from_json(project.feature_schema) != schema:
        raise InputError(
            "OTHER_FEATURES",
            "The project reads its columns in another way since this model was trained, most "
            "likely by another text encoder, so it cannot be repeated. Re-train the model.",
        )
    assert model.training_file is not None
    row_ids, labels = read_labels(model.training_file)
    encoders = text_encoders().of(schema)
    fresh = Embeddings(read_features(project, row_ids), encoders=encoders)
    for position in encoders:
        fresh.column(position, progress=run.progress)
    return build_training_data(project, row_ids, labels, model.classes, fresh)


def _train(
    run: JobRun, candidate: CandidateModel, data: TrainingData, seed: int, prefix: str
) -> np.ndarray:
    """As a candidate of a deployment does; its member is left in the folder of the run."""

    def progress(step: str, done: int, total: int) -> None:
        run.progress(prefix + step, done, total)

    result = cross_validate(candidate.family, data, seed=seed, progress=progress)
    member = refit(candidate.family, data, result.plan, seed=seed, progress=progress)
    folder = run.folder / candidate.family
    folder.mkdir()
    member.save(folder)
    return result.oof_pred_probs


def _put_together(
    run: JobRun, model: DeployedModel, board: Board, data: TrainingData, deployed: Outcome
) -> Outcome:
    """Score, choose and bundle anew."""
    held_out = {c.family: _combine(board, c.family) for c in board.contenders}
    if len(board.contenders) > 1:
        held_out[ENSEMBLE] = _combine(board, ENSEMBLE)
    scores = {key: board.score_held_out(each) for key, each in held_out.items()}
    choice, _ = choose_contender(board, scores)
    modality = model.cleanset.project.modality
    predictor = build_predictor(
        model, board, held_out[choice], lambda c: load_member(modality, run.folder / c.family)
    )
    if deployed.predictor.serving is not None:
        _repeat_serving(predictor, deployed.predictor, board)
    if deployed.predictor.golden is not None:
        keep_golden_rows(predictor, board, data.table)
    if deployed.predictor.profile is not None:
        keep_profile(predictor, board, data.table, held_out[choice])
    if deployed.predictor.novelty is not None:
        assert data.embeddings is not None
        keep_reference_rows(predictor, board, data.table, data.embeddings.take)
    path = run.folder / "again.zip"
    save_predictor(predictor, model, path)
    return Outcome(choice, held_out[choice], predictor, hash_file(path))


def _repeat_serving(predictor: Predictor, deployed: Predictor, board: Board) -> None:
    served = {member.family for member in deployed.for_serving().members}
    candidates = [c for c in board.contenders if c.family in served]
    families = [member.family for member in predictor.members if member.family in served]
    oof = {c.family: board.held_out_probs(c) for c in candidates}
    if families:
        repeat_serving(predictor, families, oof, board.y, board.folds, decision=board.decision)


def _combine(board: Board, choice: str) -> Ensemble:
    chosen = [c for c in board.contenders if choice in (ENSEMBLE, c.family)]
    return board.combine_held_out(chosen)


def _compare(stored: Board, board: Board, deployed: Outcome, again: Outcome) -> dict[str, Any]:
    golden = deployed.predictor.golden
    differences = {
        "out_of_fold": _largest(again.held_out.oof_pred_probs - deployed.held_out.oof_pred_probs),
        "golden_rows": golden.difference(again.predictor.predict_proba) if golden else 0.0,
        "serving": _compare_serving(deployed.predictor, again.predictor),
    }
    changed = again.held_out.oof_predicted != deployed.held_out.oof_predicted
    return {
        "n_rows": len(stored.row_ids),
        "n_changed_labels": int((changed.any(axis=1) if changed.ndim == 2 else changed).sum()),
        "largest_difference": max(differences.values()),
        "differences": differences,
        "is_same_choice": again.choice == deployed.choice,
        "predictor_sha256": [deployed.sha256, again.sha256],
        "predictions_sha256": [_hash(deployed.held_out), _hash(again.held_out)],
        "versions": [
            [name, then, now]
            for name, (then, now) in changed_versions(deployed.predictor.versions).items()
        ],
        "candidates": [
            {
                "title": c.title,
                "difference": _largest(board.held_out_probs(c) - stored.held_out_probs(c)),
            }
            for c in stored.contenders
        ],
    }


def _compare_serving(deployed: Predictor, again: Predictor) -> float:
    """On golden rows, by what answers large files; both have it or have it not."""
    if deployed.golden is None or deployed.serving is None:
        return 0.0
    rows = deployed.golden.table
    then, now = (each.for_serving().predict_proba(rows) for each in (deployed, again))
    return _largest(now - then)


def _judge(facts: dict[str, Any], tolerance: float) -> str:
    then, now = facts["predictor_sha256"]
    if then == now:
        return Verification.Result.IDENTICAL
    is_equal = facts["is_same_choice"] and facts["largest_difference"] <= tolerance
    return Verification.Result.EQUAL if is_equal else Verification.Result.DIFFERENT


def _largest(differences: np.ndarray) -> float:
    return float(np.abs(differences).max(initial=0.0))


def _hash(ensemble: Ensemble) -> str:
    return hashlib.sha256(np.ascontiguousarray(ensemble.oof_pred_probs).tobytes()).hexdigest()
