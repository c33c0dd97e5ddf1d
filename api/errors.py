"""Every error in one form: `{"error": {"code": ..., "message": ...}}`, and which status it has."""

import logging
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from automl.errors import InputError
from inference.serving_client import ServingUnavailableError
from inference.views import predict
from studio import full_disk, storage_errors
from studio.bearer_keys import TooManyRequestsError
from studio.files import FileMissingError
from studio.storage_errors import StorageUnavailableError

logger = logging.getLogger(__name__)

BUSY_SECONDS = 5
# What is wrong with what was sent is a 422.
STATUSES = predict.STATUSES | {
    "NO_KEY": 401,
    "WRONG_KEY": 401,
    "READ_ONLY_KEY": 403,
    "CSRF": 403,
    "URL_UPLOADS_OFF": 403,
    "NO_SUCH_EXPORT": 404,
    "NOT_READY": 409,
    "NOT_DEPLOYABLE": 409,
    "NOT_TRAINING": 409,
    "NOT_WAITING": 409,
    "NOT_PENDING": 409,
    "OLD_VERSION": 409,
    "NOTHING_DECIDED": 409,
    "TOO_MANY_FETCHES": 409,
    full_disk.CODE: full_disk.HTTP_STATUS,
}


def show_error(code: str, message: str, status: int, **headers: str) -> JsonResponse:
    return _show({"code": code, "message": message}, status, **headers)


def _show(content: dict[str, Any], status: int, **headers: str) -> JsonResponse:
    """Without what is not known."""
    known = {name: value for name, value in content.items() if value is not None}
    return JsonResponse({"error": known}, status=status, headers=headers)


def explain_input_error(error: InputError, fields: Any = None) -> JsonResponse:
    content = {"code": error.code, "message": error.message, "fields": fields}
    content |= {"line": error.line, "column": error.column}
    status = STATUSES.get(error.code, 422)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return _show(content, status, **headers)


def explain(request: HttpRequest, error: Any) -> JsonResponse:
    """What is no fault of ours says what to do; the rest is kept in the log, under a number."""
    if full_disk.is_disk_full(error):
        return explain_input_error(InputError(full_disk.CODE, full_disk.MESSAGE))
    match error:
        case TooManyRequestsError():
            return _wait("TOO_MANY_REQUESTS", error.message, 429, error.retry_seconds)
        case InputError():
            return explain_input_error(error)
        case ServingUnavailableError():
            return _wait("UNAVAILABLE", error.message, 503, error.retry_seconds)
        case OperationalError():
            message = "The database is busy with somebody else's work. Try again in a moment."
            return _wait("BUSY", message, 503, BUSY_SECONDS)
        case StorageUnavailableError():
            logger.error("%s: %s", request.path, error)
            wait = storage_errors.RETRY_SECONDS
            return _wait(storage_errors.CODE, storage_errors.MESSAGE, 503, wait)
        case FileMissingError():
            logger.error("a file of %s is missing: %s", request.path, error)
            message = "A file of this is missing from storage. Ask the operator to restore it."
            return show_error("FILE_MISSING", message, 409)
    return _explain_request(error) or _report(error)


def _explain_request(error: Any) -> JsonResponse | None:
    """What Django itself raises."""
    match error:
        case Http404():
            return show_error("NOT_FOUND", str(error) or "There is nothing with this id.", 404)
        case PermissionDenied():
            return show_error("FORBIDDEN", str(error) or "You may not do this.", 403)
        case RequestDataTooBig():
            return show_error("TOO_LARGE", "The body of the request is too large.", 413)
        case SuspiciousOperation() | MultiPartParserError() | UnreadablePostError():
            return show_error("BAD_REQUEST", "The request could not be read.", 400)
    return None


def _report(error: Any) -> JsonResponse:
    number = uuid4().hex[:8]
    logger.error("error %s of the API", number, exc_info=error)
    message = f"Something went wrong on the server. Tell its operator: {number}."
    return show_error("SERVER_ERROR", message, 500)


def _wait(code: str, message: str, status: int, seconds: int) -> JsonResponse:
    return show_error(code, message, status, **{"Retry-After": str(seconds)})
