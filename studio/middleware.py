import logging
from collections.abc import Callable
from types import ModuleType

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from studio import full_disk, storage_errors
from studio.storage_errors import StorageUnavailableError

logger = logging.getLogger(__name__)

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


class SecurityHeadersMiddleware:
    """Headers of every answer; nothing that came from a user is kept in a shared cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=()"
        )
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class OutageMiddleware:
    """A full disk, or a storage elsewhere that does not answer, is no fault of the product."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if full_disk.is_disk_full(error):
            return _say_outage(request, error, full_disk, "The disk of this server is full")
        if isinstance(error, StorageUnavailableError):
            title = "The file storage cannot be used now"
            answer = _say_outage(request, error, storage_errors, title)
            answer.headers["Retry-After"] = str(storage_errors.RETRY_SECONDS)
            return answer
        return None


def _say_outage(
    request: HttpRequest, error: Exception, outage: ModuleType, title: str
) -> HttpResponse:
    logger.error("%s: %s (%s)", request.path, outage.CODE, error)
    context = {"title": title, "message": outage.MESSAGE}
    return render(request, "outage.html", context, status=outage.HTTP_STATUS)
