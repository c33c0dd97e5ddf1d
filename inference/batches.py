"""Request side of predictions: refuse a file that does not fit before anything is made."""

from pathlib import Path

from django.db import transaction

from automl.errors import InputError
from automl.schema import Schema
from automl.tables import open_table
from inference.column_choices import propose
from inference.models import InferenceResult
from models_app.access import require_trained
from models_app.models import DeployedModel
from studio.files import claim_files, put_file
from studio.jobs import start_job, subject_started_with
from studio.models import StoredFile, User

READING = "prediction-reading"
# More columns than this are not chosen one by one: it is another file.
MAX_CHOICES = 100


def create_batch(
    *,
    user: User,
    model: DeployedModel,
    file_name: str,
    path: Path,
    stored: StoredFile | None = None,
    idempotency_key: str,
    is_always_full: bool = False,
    asks_first: bool = False,
    is_from_client: bool = False,
) -> InferenceResult:
    """Check the header, then store the file and have it read.

    `stored`: the same file where it is in storage already, and nobody has claimed it.

    With `asks_first` somebody says then which columns are meant; otherwise the model's own names
    must all be there, and the prediction follows by itself. The same key gives the same result,
    however often the button is pressed.
    """
    require_trained(model)
    result = InferenceResult(
        workspace=model.workspace,
        created_by=user,
        deployed_model=model,
        file_name=file_name,
        upload_file=stored,
        status=InferenceResult.Status.CHECKING,
        is_always_full=is_always_full,
        asks_first=asks_first,
        is_from_client=is_from_client,
    )
    check_header(result, path)
    key = f"predict:{model.workspace_id.hex}:{idempotency_key}"[:100]
    return _start(result, path, key)


def check_header(result: InferenceResult, path: Path) -> None:
    """Raises InputError that names every missing column, or for a file that starts with no row.

    Where somebody is asked, a file is refused only if none of the columns can be meant.
    """
    if path.stat().st_size == 0:
        raise InputError("EMPTY_FILE", "The file is empty, or its upload did not finish.")
    model = result.deployed_model
    with open_table(path, file_name=result.file_name, **result.csv_options) as table:
        schema = Schema.from_json(model.cleanset.project.feature_schema)
        choices = propose(schema, table.columns, model)
        unknown = [choice for choice in choices if choice.how != "found"]
        has_none = all(choice.position is None for choice in choices)
        if not result.asks_first or has_none or len(unknown) > MAX_CHOICES:
            schema.require(table.columns)
        next(table.batches(1))  # a file without rows is refused here


@transaction.atomic
def _start(result: InferenceResult, path: Path, key: str) -> InferenceResult:
    earlier = subject_started_with(key)
    if earlier is not None:
        return InferenceResult.objects.get(pk=earlier)
    result.upload_file = result.upload_file or put_file("uploads", path, workspace=result.workspace)
    result.save(force_insert=True)
    claim_files([result.upload_file])
    start_job(READING, result.pk, workspace=result.workspace, idempotency_key=key)
    return result
