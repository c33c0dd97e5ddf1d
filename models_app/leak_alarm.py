"""Worker side: a column that all but gives the label away is most likely filled in after it."""

from typing import Any

from automl.families.best_single_column import BestSingleColumn
from automl.features.spaces import TabularEncoder
from models_app.leaderboard_scores import Board, Scored
from models_app.members import load_candidate
from studio.jobs.execution import JobRun

MAJORITY, SINGLE_COLUMN = "majority", "best_single_column"
# Of the errors that guessing the most frequent class makes.
MAX_ERROR_SHARE = 0.05


def warn_of_leak(run: JobRun, board: Board, scored: dict[str, Scored]) -> list[dict[str, Any]]:
    """A warning where one column alone avoids nearly all errors, else nothing."""
    baselines = {c.family: c for c in board.candidates if c.family in {MAJORITY, SINGLE_COLUMN}}
    if len(baselines) < 2:
        return []
    guessing, single = (scored[key].score.accuracy for key in (MAJORITY, SINGLE_COLUMN))
    if 1 - single > MAX_ERROR_SHARE * (1 - guessing):
        return []
    member = load_candidate(run, "tabular", baselines[SINGLE_COLUMN])
    assert isinstance(member.estimator, BestSingleColumn)
    assert isinstance(member.encoder, TabularEncoder)
    name = member.encoder.column_name(member.estimator.column_)
    message = (
        f"The column “{name[:60]}” alone predicts the label of {single:.1%} of the held-out rows. "
        "Make sure that it is known before the label is: a column that is filled in afterwards "
        "makes every model look good here and fail on new rows."
    )
    return [{"code": "LEAKING_COLUMN", "message": message, "count": 1, "lines": []}]
