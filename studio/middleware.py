import logging
from collections.abc import Callable

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


class FullDiskMiddleware:
    """A full disk is no fault of the product, and not to be mended by trying again at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not full_disk.is_disk_full(error):
            return None
        logger.error("%s: %s (%s)", request.path, full_disk.CODE, error)
        context = {"message": full_disk.MESSAGE}
        return render(request, "507.html", context, status=full_disk.HTTP_STATUS)


class StorageUnavailableMiddleware:
    """Neither is a storage elsewhere that does not answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, StorageUnavailableError):
            return None
        logger.error("%s: %s (%s)", request.path, storage_errors.CODE, error)
        context = {"message": storage_errors.MESSAGE}
        answer = render(request, "503.html", context, status=storage_errors.HTTP_STATUS)
        answer.headers["Retry-After"] = str(storage_errors.RETRY_SECONDS)
        return answer
