"""What all addresses of the official client share: who asks, JSON in, JSON out, errors it can show.

It takes exactly status 200 for success, and shows of an error what is under `error`.
"""

import json
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import uuid4

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import (
    Http404,
    HttpRequest,
    HttpResponseBase,
    JsonResponse,
    UnreadablePostError,
)
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt

from automl.errors import InputError
from studio import full_disk, storage_errors
from studio.bearer_keys import TooManyRequestsError, authenticate
from studio.files import FileMissingError
from studio.storage_errors import StorageUnavailableError

logger = logging.getLogger(__name__)

Answer = dict[str, Any] | HttpResponseBase
View = Callable[..., Answer]
MAX_BODY_BYTES = 2 * 1024 * 1024
STATUSES = {"NO_KEY": 401, "WRONG_KEY": 401, "READ_ONLY_KEY": 403, "TOO_MANY_REQUESTS": 429}
STATUSES |= {"TOO_LARGE": 413, full_disk.CODE: full_disk.HTTP_STATUS}


class UnsupportedProjectError(Exception):
    """The client shows it as `InvalidProjectConfiguration`."""


def endpoint(*methods: str, is_open: bool = False) -> Callable[[View], Callable[..., Any]]:
    """A view that returns what is to be sent as JSON. `is_open`: the client sends no key with it.

    The view gets the request with `user` set to the account of the key.
    """

    def decorate(view: View) -> Callable[..., Any]:
        @csrf_exempt
        @login_not_required
        @wraps(view)
        def answer(request: HttpRequest, **ids: Any) -> HttpResponseBase:
            if request.method not in methods:
                return show_error(f"This address takes {' or '.join(methods)} only.", 405)
            try:
                if not is_open:
                    authenticate(request)
                content = view(request, **ids)
            except Exception as error:
                return _explain(error)
            return JsonResponse(content) if isinstance(content, dict) else content

        return answer

    return decorate


def read_body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent; an empty body is an empty one."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
        raise InputError("TOO_LARGE", "The request is too large.")
    try:
        body = json.loads(request.read(MAX_BODY_BYTES + 1) or b"{}")
        text = json.dumps(body, ensure_ascii=False)
    except (ValueError, RecursionError) as error:
        raise InputError("INVALID_JSON", "The request is not valid JSON.") from error
    _check_storable(text)
    if not isinstance(body, dict):
        raise InputError("INVALID_JSON", "The request must be a JSON object.")
    return body


def read_text(body: dict[str, Any], name: str) -> str:
    """A field that must be there and be a text."""
    text = body.get(name)
    if not isinstance(text, str):
        raise InputError("INVALID_FIELD", f"The field '{name}' is missing or no text.")
    return text


def _check_storable(text: str) -> None:
    """Refuse what JSON can hold and no database can: NUL, and halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError("ENCODING", "The request contains a broken character.") from error
    if "\\u0000" in text.replace(r"\\", ""):
        raise InputError("NUL_BYTE", "The request contains a NUL character.")


def show_error(message: Any, status: int, **headers: str) -> JsonResponse:
    return JsonResponse({"error": message}, status=status, headers=headers)


def _explain(error: Exception) -> JsonResponse:
    match error:
        case TooManyRequestsError():
            return show_error(error.message, 429, **{"Retry-After": str(error.retry_seconds)})
        case InputError():
            return show_error(error.message, STATUSES.get(error.code, 400))
        case UnsupportedProjectError():
            content = {"code": "UNSUPPORTED_PROJECT_CONFIGURATION", "description": str(error)}
            return show_error(content, 422)
        case StorageUnavailableError():
            logger.error("the client's API: %s", error)
            return show_error(storage_errors.MESSAGE, storage_errors.HTTP_STATUS)
        case FileMissingError():
            logger.error("the client's API: %s", error)
            return show_error("The files of this are missing. Tell the server's operator.", 404)
        case Http404():
            return show_error(str(error) or "There is nothing with this id.", 404)
        case PermissionDenied():
            return show_error(str(error), 403)
        case MultiPartParserError() | SuspiciousOperation() | UnreadablePostError():
            return show_error("The request is not complete, or not what this address takes.", 400)
    if full_disk.is_disk_full(error):
        return show_error(full_disk.MESSAGE, full_disk.HTTP_STATUS)
    number = uuid4().hex[:8]
    logger.error("error %s of the client's API", number, exc_info=error)
    return show_error(f"Something went wrong on the server. Tell its operator: {number}.", 500)
