"""What the client asks before anything else: is its version right, is the key right."""

from typing import Any

from django.http import HttpRequest

from automl.errors import InputError
from client_api.endpoint import endpoint
from studio.bearer_keys import authenticate


@endpoint("POST", is_open=True)
def check_client_version(request: HttpRequest) -> dict[str, Any]:
    """The protocol is that of the last version; earlier ones spoke no other for what is here."""
    return {"valid": True}


@endpoint("GET", is_open=True)
def validate(request: HttpRequest) -> dict[str, Any]:
    """Wrong keys are an answer here and no error. The key is in the body too, which is not read."""
    try:
        authenticate(request)
    except InputError as error:
        if error.code not in {"NO_KEY", "WRONG_KEY"}:
            raise
        return {"valid": False}
    return {"valid": True}


@endpoint("POST", is_open=True)
def telemetry(request: HttpRequest) -> dict[str, Any]:
    """Taken and thrown away unread: there is a key in it, and nobody here asked for it."""
    return {}
