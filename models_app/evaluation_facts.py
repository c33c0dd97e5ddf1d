"""Worker side: what Model Details shows of the deployed candidate, as one JSON file."""

import json
from typing import Any

import pyarrow as pa

from automl.ensemble import Ensemble
from automl.evaluation import evaluate
from automl.importance import permutation_importance, top_terms
from automl.metrics import correct_rows
from automl.per_class import ClassCounts
from automl.predictor import Predictor
from automl.subgroups import list_subgroups
from models_app.leaderboard_scores import Board
from studio.jobs.execution import JobRun
from studio.models import StoredFile


def store_evaluation(
    run: JobRun, board: Board, table: pa.Table, held_out: Ensemble, predictor: Predictor
) -> StoredFile:
    facts = evaluate(
        held_out.oof_pred_probs,
        held_out.oof_predicted,
        board.y,
        board.classes,
        problem_type=board.problem_type,
        row_ids=board.row_ids,
    )
    facts |= (
        _look_at_terms(board, held_out, predictor)
        if predictor.modality == "text"
        else _look_at_columns(board, table, held_out, predictor)
    )
    path = run.folder / "evaluation.json"
    path.write_text(json.dumps(facts, sort_keys=True, separators=(",", ":")))
    return run.put_file("evaluations", path)


def _look_at_terms(board: Board, held_out: Ensemble, predictor: Predictor) -> dict[str, Any]:
    counts = ClassCounts(held_out.oof_predicted, board.y, len(board.classes))
    return {"importance": top_terms(predictor, counts.given, board.classes), "subgroups": []}


def _look_at_columns(
    board: Board, table: pa.Table, held_out: Ensemble, predictor: Predictor
) -> dict[str, Any]:
    """Every row of a frozen cleanset is labelled, as both of these want it."""
    right = correct_rows(held_out.oof_predicted, board.y)
    return {
        "importance": permutation_importance(predictor, table, board.y, seed=board.seed),
        "subgroups": list_subgroups(table, predictor.schema, right),
    }
