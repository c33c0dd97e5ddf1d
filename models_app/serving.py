"""Worker side: a cheaper combination of the deployed members, for large files."""

from typing import Any

import pyarrow as pa

from automl.ensemble import Ensemble
from automl.families import get_family
from automl.prediction_costs import SAMPLE_ROWS
from automl.predictor import Predictor
from automl.serving import add_serving
from models_app.leaderboard_scores import Board


def find_serving(
    board: Board, table: pa.Table, full: Ensemble, predictor: Predictor
) -> dict[str, Any] | None:
    """Give the predictor its serving ensemble; the answer is what Model Details says of it.

    `table` has the cells of the board's rows.
    """
    members = [c for c in board.contenders if full.weights.get(c.family)]
    serving = add_serving(
        predictor,
        table.slice(0, SAMPLE_ROWS[predictor.modality]),
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
