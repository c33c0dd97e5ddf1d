"""Worker side: a cheaper combination of the deployed members, for large files."""

from typing import Any

from automl.ensemble import Ensemble
from automl.families import get_family
from automl.prediction_costs import SAMPLE_ROWS
from automl.predictor import Predictor
from automl.serving import add_serving
from models_app.leaderboard_scores import Board
from models_app.models import DeployedModel
from studio.project_data import read_features


def find_serving(
    model: DeployedModel, board: Board, full: Ensemble, predictor: Predictor
) -> dict[str, Any] | None:
    """Give the predictor its serving ensemble; the answer is what Model Details says of it."""
    members = [c for c in board.contenders if full.weights.get(c.family)]
    sample = board.row_ids[: SAMPLE_ROWS[predictor.modality]]
    serving = add_serving(
        predictor,
        read_features(model.cleanset.project, sample),
        board.read_oof(members, [c.held_out_run for c in members]),
        board.y,
        board.folds,
        full=full,
        seed=board.seed,
        decision=board.decision,
    )
    if serving is None:
        return None
    return serving.to_json() | {"titles": [get_family(f).title for f in serving.weights]}
