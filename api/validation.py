"""What is wrong with the fields of a request, in words of ours."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from ninja.errors import HttpError, ValidationError

from api.errors import explain, explain_input_error
from automl.errors import InputError
from studio.upload_handlers import find_stop

MAX_SHOWN = 20
WORDS = {
    "missing": "is required",
    "extra_forbidden": "is not known here",
    "string_type": "must be a text",
    "string_unicode": "must be a text without broken characters",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "may have at most {max_length} characters",
    "string_pattern_mismatch": "may not contain NUL",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "literal_error": "must be one of {expected}",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "uuid_type": "must be an id",
    "uuid_parsing": "must be an id",
    "too_short": "must have at least {min_length} items",
    "too_long": "may have at most {max_length} items",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "may be at most {le}",
    "less_than": "must be less than {lt}",
}


def explain_fields(request: HttpRequest, error: Any) -> JsonResponse:
    """Every field with its own sentence; the message is the first of them."""
    stop = find_stop(request)
    if stop is not None:
        return explain_input_error(stop)
    assert isinstance(error, ValidationError)
    fields = [{"field": _name(each), "message": _say(each)} for each in error.errors[:MAX_SHOWN]]
    message = fields[0]["message"]
    return explain_input_error(InputError("INVALID_REQUEST", message), fields)


def explain_body(request: HttpRequest, error: Any) -> JsonResponse:
    """A body that is no JSON; or nobody who may ask."""
    assert isinstance(error, HttpError)
    if isinstance(error.__cause__, InputError):
        return explain(request, error.__cause__)
    if error.status_code == 401:
        message = "Send an API key: Authorization: Bearer KEY. Make one on your account page."
        return explain_input_error(InputError("NO_KEY", message))
    return explain_input_error(InputError("INVALID_JSON", "The request is not valid JSON."))


def _name(error: dict[str, Any]) -> str:
    """Without where it was sent, and how ninja calls what holds it."""
    kind, *path = error["loc"]
    places = path[1:] if kind == "body" and len(path) > 1 else path
    return ".".join(str(place) for place in places) or "body"


def _say(error: dict[str, Any]) -> str:
    name = _name(error)
    shown = "The body" if name == "body" else f"“{name}”"
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return f"{shown} {context.get('error', 'is not valid')}."
    return f"{shown} {WORDS.get(error['type'], 'is not valid').format(**context)}."
