"""Who asks: the account of an API key or, from the pages of the product, whoever is signed in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from automl.errors import InputError
from studio.bearer_keys import authenticate


class ApiKey(AuthBase):
    """With a key in the request, cookies do not count."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "A key of your account page; one that may only read cannot change things."

    def __init__(self, *, changes_nothing: bool = False) -> None:
        super().__init__()
        self.changes_nothing = changes_nothing

    def __call__(self, request: HttpRequest) -> Any:
        if "Authorization" not in request.headers:
            return None
        return authenticate(request, changes_nothing=self.changes_nothing)


class Session(AuthBase):
    """The cookie of a browser, for the page that documents the API; changes need its token too."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Any:
        if not request.user.is_authenticated:
            return None
        if check_csrf(request) is not None:
            raise InputError("CSRF", "Send an API key, or the header X-CSRFToken of this session.")
        return request.user


ANYBODY = (ApiKey(), Session())
# What changes nothing, though it is no GET.
READERS = (ApiKey(changes_nothing=True), Session())
