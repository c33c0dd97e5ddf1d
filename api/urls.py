"""The product's own API, under `/api/v1/`.

Its addresses are in `api.routes`, which are loaded by the first request to one of them: what they
are made with (ninja, pydantic) takes memory that the pages do not need.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.urls import re_path, resolve
from django.views.decorators.csrf import csrf_exempt

from api.errors import show_error

app_name = "api"


@csrf_exempt
@login_not_required
def forward(request: HttpRequest, rest: str) -> HttpResponseBase:
    """To the operation, which looks itself who asks (api/authentication.py)."""
    try:
        match = resolve(f"/{rest}", urlconf="api.routes")
    except Http404:
        message = "There is nothing at this address. All there is stands at /api/v1/docs."
        return show_error("NOT_FOUND", message, 404)
    response = match.func(request, *match.args, **match.kwargs)
    if isinstance(response, HttpResponseNotAllowed):
        allowed = ", ".join(sorted(response.headers["Allow"].split(", ")))
        message = f"This address takes {allowed} only."
        return show_error("METHOD_NOT_ALLOWED", message, 405, Allow=allowed)
    return response


# Whatever follows, line ends among it.
urlpatterns = [re_path(r"^(?P<rest>[\s\S]*)$", forward, name="any")]
