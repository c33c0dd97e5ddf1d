"""Request side of predictions: refuse a file that does not fit before anything is made."""

from pathlib import Path

from django.db import transaction

from automl.errors import InputError
from automl.schema import Schema
from automl.tables import open_table
from inference.models import InferenceResult
from models_app.models import DeployedModel
from studio.files import claim_files, put_file
from studio.jobs import start_job, subject_started_with
from studio.models import User

PREDICTION = "prediction"
MAX_LISTED_COLUMNS = 50


def create_batch(
    *,
    user: User,
    model: DeployedModel,
    file_name: str,
    path: Path,
    idempotency_key: str,
    is_always_full: bool = False,
) -> InferenceResult:
    """Check the header, then store the file and queue its prediction.

    The same key gives the same result, however often the button is pressed.
    """
    if model.status != DeployedModel.Status.TRAINED:
        raise InputError("NOT_TRAINED", "This model is not trained yet, so it cannot predict.")
    ignored = check_header(model, file_name=file_name, path=path)
    return _create(
        user=user,
        model=model,
        file_name=file_name,
        path=path,
        ignored=ignored,
        is_always_full=is_always_full,
        key=f"predict:{model.workspace_id.hex}:{idempotency_key}"[:100],
    )


def check_header(model: DeployedModel, *, file_name: str, path: Path) -> list[str]:
    """The columns that will be ignored.

    Raises InputError that names every missing column, or for a file that starts with no row.
    """
    if path.stat().st_size == 0:
        raise InputError("EMPTY_FILE", "The file is empty, or its upload did not finish.")
    with open_table(path, file_name=file_name) as table:
        schema = Schema.from_json(model.cleanset.project.feature_schema)
        schema.require(table.columns)
        next(table.batches(1))  # a file without rows is refused here
        return list(schema.match(table.columns).ignored[:MAX_LISTED_COLUMNS])


@transaction.atomic
def _create(
    *,
    user: User,
    model: DeployedModel,
    file_name: str,
    path: Path,
    ignored: list[str],
    is_always_full: bool,
    key: str,
) -> InferenceResult:
    earlier = subject_started_with(key)
    if earlier is not None:
        return InferenceResult.objects.get(pk=earlier)
    stored = put_file("uploads", path, workspace=model.workspace)
    result = InferenceResult.objects.create(
        workspace=model.workspace,
        created_by=user,
        deployed_model=model,
        file_name=file_name,
        upload_file=stored,
        ignored_columns=ignored,
        is_always_full=is_always_full,
    )
    claim_files([stored])
    start_job(PREDICTION, result.pk, workspace=model.workspace, idempotency_key=key)
    return result
