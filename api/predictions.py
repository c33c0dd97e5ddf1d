"""Files that are predicted by jobs."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import FileEx, FormEx, P, Query, Router, Status, UploadedFile

from api.downloads import described_file
from api.exports import FORMAT_TYPES
from api.idempotency import IdempotencyKey, or_new
from api.prediction_schemas import (
    PredictionDetails,
    PredictionSummary,
    ResultsAsked,
    Start,
    show_choices,
)
from api.schemas import WRITING, LeftOut, Page, Paging, answers, page_of, write_answers
from api.uploads import check_upload
from automl.errors import InputError
from automl.shown_text import show_name
from inference.access import result_for
from inference.batches import create_batch
from inference.models import InferenceResult
from inference.prediction_export import download_predictions
from inference.starting import confirm_columns
from models_app.access import model_for
from studio.access import rows_for
from studio.jobs import cancel_subject
from studio.models import User
from studio.trash import delete_row

router = Router(tags=["predictions"])
of_models = Router(tags=["predictions"])


@of_models.post(
    "/{hex:model_id}/predictions",
    response=write_answers(PredictionDetails, status=201),
    summary="Have a file predicted",
)
def bring_file(
    request: HttpRequest,
    model_id: UUID,
    file: FileEx[UploadedFile, P(description="With the columns of the model")],
    asks_first: FormEx[bool, P(default=False, description="Wait for a start once it is checked")],
    is_always_full: FormEx[bool, P(default=False, description="However many rows there are")],
    idempotency_key: IdempotencyKey,
) -> Any:
    """Ask for it until its status is `ready` or `failed`; with `asks_first` until it is `checked`,
    then start it."""
    model = model_for(request.user, model_id, write=True)
    file_name, path = check_upload(file)
    assert isinstance(request.user, User)
    result = create_batch(
        user=request.user,
        model=model,
        file_name=file_name,
        path=path,
        idempotency_key=or_new(idempotency_key),
        asks_first=asks_first,
        is_always_full=is_always_full,
    )
    return Status(201, result)


@router.get("", response=answers(Page[PredictionSummary]), summary="List files, newest first")
def list_predictions(
    request: HttpRequest, paging: Query[Paging], deployment_id: LeftOut[UUID] = None
) -> Any:
    results = rows_for(InferenceResult, request.user).order_by("-created_at")
    if deployment_id is not None:
        results = results.filter(deployed_model=deployment_id)
    return page_of(results, paging)


@router.get("/{hex:result_id}", response=answers(PredictionDetails), summary="One file")
def get_prediction(request: HttpRequest, result_id: UUID) -> Any:
    """How far it is, which columns are read, and what came out, counted."""
    return result_for(request.user, result_id)


@router.post(
    "/{hex:result_id}/start",
    response=write_answers(PredictionDetails),
    summary="Start a file that was checked",
)
def start(request: HttpRequest, result_id: UUID, body: Start) -> Any:
    """What is chosen is remembered for the next file of this model."""
    result = result_for(request.user, result_id, write=True)
    if result.status != InferenceResult.Status.CHECKED:
        raise InputError("NOT_WAITING", "This file does not wait to be started.")
    positions = _choose(result, body.columns)
    confirm_columns(result=result, positions=positions, is_always_full=body.is_always_full)
    return result_for(request.user, result_id)


@router.post(
    "/{hex:result_id}/cancel", response=write_answers(PredictionDetails), summary="Cancel it"
)
def cancel_prediction(request: HttpRequest, result_id: UUID) -> Any:
    result = result_for(request.user, result_id, write=True)
    if result.status not in InferenceResult.PENDING:
        raise InputError("NOT_PENDING", "Nothing is being done with this file.")
    cancel_subject(result.pk)
    return result_for(request.user, result_id)


@router.delete("/{hex:result_id}", response=write_answers(None, status=204), summary="Delete it")
def delete_prediction(request: HttpRequest, result_id: UUID) -> Any:
    delete_row(result_for(request.user, result_id, write=True))
    return Status(204, None)


@router.get(
    "/{hex:result_id}/results",
    response=answers(None, errors=WRITING),
    openapi_extra=described_file(FORMAT_TYPES),
    summary="Download the predictions",
)
def get_results(request: HttpRequest, result_id: UUID, asked: Query[ResultsAsked]) -> Any:
    """A line for each row of the file, in its order."""
    result = result_for(request.user, result_id)
    if result.status != InferenceResult.Status.READY:
        raise InputError("NOT_READY", "These predictions are not made yet.")
    return download_predictions(result, asked.kind, asked.format)


def _choose(result: InferenceResult, columns: dict[str, str | None]) -> list[int | None]:
    proposed = {each["name"]: each["column"] for each in show_choices(result)}
    for name in columns:
        if name not in proposed:
            raise _unknown("model", name)
    return [_place(result, name) for name in (proposed | columns).values()]


def _place(result: InferenceResult, name: str | None) -> int | None:
    if name is None:
        return None
    if name not in result.column_names:
        raise _unknown("file", name)
    return int(result.column_names.index(name))


def _unknown(what: str, name: str) -> InputError:
    return InputError("UNKNOWN_COLUMN", f"The {what} has no column “{show_name(name, 60)}”.")
