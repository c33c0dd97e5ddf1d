"""A batch of the client: opened, uploaded, started; its id can be asked for from the first on."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.core import signing
from django.utils import timezone

from automl.errors import InputError
from client_api.models import PredictionQuery
from inference.batches import create_batch
from inference.models import InferenceResult
from models_app.access import require_trained
from models_app.models import DeployedModel
from studio.files import local_path, put_file
from studio.models import User

SALT = "client_api.batch"
# To upload the batch and say that it is there; the row goes some time later.
OPEN_FOR = timedelta(hours=1)
KEEP_FOR = timedelta(days=1)


def open_query(*, user: User, model: DeployedModel) -> PredictionQuery:
    require_trained(model)
    return PredictionQuery.objects.create(
        workspace=model.workspace,
        created_by=user,
        deployed_model=model,
        purge_after=timezone.now() + KEEP_FOR,
    )


def make_token(query: PredictionQuery) -> str:
    return signing.dumps(query.hex_id, salt=SALT)


def read_token(token: str) -> UUID:
    """Whose batch may be brought with it. Raises InputError."""
    try:
        return UUID(signing.loads(token, salt=SALT, max_age=OPEN_FOR))
    except signing.BadSignature as error:
        raise InputError(
            "LINK_INVALID", "This address takes no upload, or none any more. Ask for a new one."
        ) from error


def bring_batch(query: PredictionQuery, path: Path) -> None:
    """A later file takes the place of an earlier one, until the prediction is started."""
    stored = put_file("uploads", path, workspace=query.workspace)
    waiting = PredictionQuery.objects.filter(pk=query.pk, result__isnull=True)
    if not waiting.update(upload_file=stored, error_code="", error_message=""):
        raise InputError("ALREADY_STARTED", "The prediction of this batch was started already.")


def start_query(*, user: User, query: PredictionQuery) -> None:
    """Once, however often it is asked for. Raises InputError, which polls repeat."""
    if query.result is not None:
        return
    try:
        result = _create_result(user, query)
    except InputError as error:
        refuse_batch(query, error)
        raise
    waiting = PredictionQuery.objects.filter(pk=query.pk)
    waiting.update(result=result, purge_after=None, error_code="", error_message="")


def refuse_batch(query: PredictionQuery, error: InputError) -> None:
    waiting = PredictionQuery.objects.filter(pk=query.pk, result__isnull=True)
    waiting.update(error_code=error.code, error_message=error.message)


def find_result(query: PredictionQuery) -> InferenceResult | None:
    """What the query came to, once it has predictions; None while that is awaited.

    Raises
    ------
    InputError
        Where nothing will come any more: it was refused, it failed, or nothing was brought.
    """
    if query.result is None:
        if query.error_code:
            raise InputError(query.error_code, query.error_message)
        if query.created_at + OPEN_FOR < timezone.now():
            raise InputError("NOT_STARTED", "No prediction was started with this query in time.")
        return None
    if query.result.status == InferenceResult.Status.FAILED:
        raise InputError(query.result.error_code, query.result.error_message)
    return query.result if query.result.status == InferenceResult.Status.READY else None


def _create_result(user: User, query: PredictionQuery) -> InferenceResult:
    if query.upload_file is None:
        raise InputError(
            "NO_UPLOAD", "No rows have arrived: upload the batch before starting its prediction."
        )
    return create_batch(
        user=user,
        model=query.deployed_model,
        file_name=f"API batch {query.created_at:%Y-%m-%d %H-%M-%S}.csv",
        path=local_path(query.upload_file),
        stored=query.upload_file,
        idempotency_key=query.hex_id,
        is_from_client=True,
    )
