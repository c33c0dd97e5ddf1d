"""What the client may ask for and this server does not have."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from client_api.endpoint import show_error


@csrf_exempt
@login_not_required
def not_here(request: HttpRequest, rest: str) -> JsonResponse:
    """In JSON and at once: the client can read nothing else, and does not follow redirects."""
    return show_error("This is not available in this server.", 404)
