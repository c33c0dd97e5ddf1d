"""Synchronous predictions as JSON, for the session's own pages and scripts."""

from uuid import UUID

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from automl.errors import InputError
from inference.serving_client import ServingUnavailableError
from inference.synchronous import MAX_BODY_BYTES, predict_json, too_large_error
from models_app.access import model_to_ask

JSON = "application/json"
# What is wrong with the rows themselves is a 422.
STATUSES = {
    "INVALID_JSON": 400,
    "ENCODING": 400,
    "NOT_FOUND": 404,
    "NOT_TRAINED": 409,
    "MODEL_CORRUPT": 409,
    "OTHER_SECRET_KEY": 409,
    "OTHER_TEXT_ENCODER": 409,
    "PREDICTS_OTHERWISE": 409,
    "TOO_LARGE": 413,
    "TOO_MANY_ROWS": 413,
    "WRONG_CONTENT_TYPE": 415,
}


@require_POST
def model_predict_json(request: HttpRequest, model_id: UUID) -> JsonResponse:
    try:
        return answer_rows(request, model_id)
    except Http404:
        return _show_error(InputError("NOT_FOUND", "There is no model with this address."))
    except InputError as error:
        return _show_error(error)
    except ServingUnavailableError as error:
        body = {"error": {"code": "UNAVAILABLE", "message": error.message}}
        return JsonResponse(body, status=503, headers={"Retry-After": str(error.retry_seconds)})


def answer_rows(request: HttpRequest, model_id: UUID) -> JsonResponse:
    """Raises Http404, InputError, or ServingUnavailableError where it may be tried again."""
    answer = predict_json(model_to_ask(request.user, model_id), _read_body(request))
    milliseconds = answer.model_seconds * 1000
    return JsonResponse(answer.content, headers={"Server-Timing": f"model;dur={milliseconds:.2f}"})


def _read_body(request: HttpRequest) -> bytes:
    if request.content_type != JSON:
        raise InputError("WRONG_CONTENT_TYPE", f"Send the rows as {JSON}.")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
        raise too_large_error()
    return request.read(MAX_BODY_BYTES + 1)


def _show_error(error: InputError) -> JsonResponse:
    body = {"error": {"code": error.code, "message": error.message}}
    return JsonResponse(body, status=STATUSES.get(error.code, 422))
