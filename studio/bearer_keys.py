"""Who sends a request, by the key in its `Authorization: Bearer …` header; cookies do not count."""

from django.conf import settings
from django.http import HttpRequest

from automl.errors import InputError
from studio.api_keys import find_key
from studio.models import ApiKey
from studio.rate_limits import count_request

READING = ("GET", "HEAD", "OPTIONS")


class TooManyRequestsError(InputError):
    def __init__(self, retry_seconds: int) -> None:
        message = f"Too many requests. Try again in {retry_seconds} seconds."
        super().__init__("TOO_MANY_REQUESTS", message)
        self.retry_seconds = retry_seconds


def authenticate(request: HttpRequest, *, changes_nothing: bool = False) -> ApiKey:
    """The key; from here on `request.user` is its account.

    `changes_nothing` lets a key that may only read send what is no GET.

    Raises
    ------
    TooManyRequestsError
        For a key beyond its limit, and for an address that tries wrong keys.
    InputError
        `NO_KEY`, `WRONG_KEY` or `READ_ONLY_KEY`.
    """
    key = _find(request)
    _limit(f"key:{key.prefix}", settings.API_REQUESTS_PER_MINUTE)
    if not (key.can_write or changes_nothing or request.method in READING):
        raise InputError(
            "READ_ONLY_KEY", "This API key may only read. Make one that may write on your account."
        )
    request.user = key.user
    return key


def _find(request: HttpRequest) -> ApiKey:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise InputError(
            "NO_KEY", "Send an API key: Authorization: Bearer KEY. Make one on your account page."
        )
    key = find_key(text.strip())
    if key is None:
        _limit(f"wrong:{request.META.get('REMOTE_ADDR')}", settings.API_WRONG_KEYS_PER_MINUTE)
        raise InputError(
            "WRONG_KEY",
            "Invalid API key: it is unknown, expired or revoked. Make one on your account page.",
        )
    return key


def _limit(what: str, limit: int) -> None:
    seconds = count_request(what, limit)
    if seconds:
        raise TooManyRequestsError(seconds)
