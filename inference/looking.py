"""Worker side, before a prediction: what is odd in the first rows of a file."""

from pathlib import Path
from typing import Any

from automl.prediction_table import pick_features
from automl.row_warnings import WarningSummary, find_row_warnings
from automl.schema import Schema
from inference.model_profile import read_profile
from inference.models import InferenceResult
from inference.row_findings import MAX_LOOKED_AT
from studio.files import local_path
from studio.jobs import Finished
from studio.jobs.execution import JobRun
from studio.parquet_reading import read_between

Status = InferenceResult.Status


def look_at_rows(run: JobRun) -> Finished:
    """In the columns that somebody chose."""
    rows = InferenceResult.all_objects.select_related("deployed_model__cleanset__project")
    result = rows.get(pk=run.subject_id)
    assert result.table_file is not None
    looked = look_ahead(run, result, local_path(result.table_file), result.positions)

    def apply() -> None:
        waiting = InferenceResult.all_objects.filter(pk=result.pk, status=Status.CHECKING)
        waiting.update(status=Status.CHECKED, facts=result.facts | looked)

    return Finished(apply)


def look_ahead(
    run: JobRun, result: InferenceResult, path: Path, positions: list[int | None]
) -> dict[str, Any]:
    """What will be worth a warning in the first rows, if these are the columns of the model."""
    run.progress("Looking at the rows")
    model = result.deployed_model
    schema = Schema.from_json(model.cleanset.project.feature_schema)
    profile, found = read_profile(model), WarningSummary()
    for part in read_between(path, 0, MAX_LOOKED_AT):
        found += find_row_warnings(pick_features(part, positions), schema, profile).summary
    return {"ahead": found.to_json()}
