"""All operations of the API, and the pages that describe them."""

import json
from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_safe
from ninja import NinjaAPI, parser
from ninja.errors import HttpError, ValidationError

from api import (
    cleansets,
    datasets,
    deployments,
    exports,
    jobs,
    predictions,
    projects,
    rows,
    synchronous,
)
from api.authentication import ANYBODY
from api.errors import explain
from api.validation import explain_body, explain_fields
from automl.errors import InputError

VERSION = "1.0.0"
ROOT = "/api/v1/"
DESCRIPTION = """\
The same as the pages do, for programs. Send a key of your account page as
`Authorization: Bearer KEY`. Ids are 32 hex digits; with dashes they are as good. Every list takes
`limit` and `offset` and says its `total`. Every error is `{"error": {"code", "message"}}`, with
`line` and `column` where a file has the fault and `fields` where the request has it. What takes
long is a job: ask for its row until `status` says that it has ended."""


class Parser(parser.Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise InputError("WRONG_CONTENT_TYPE", "Send the body as application/json.")
        return super().parse_body(request)


class Api(NinjaAPI):
    def get_openapi_operation_id(self, operation: Any) -> str:
        return str(operation.view_func.__name__)


api = Api(
    title="Cleanset Studio",
    version=VERSION,
    description=DESCRIPTION,
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    auth=ANYBODY,
    parser=Parser(),
    servers=[{"url": "/", "description": "This server"}],
)
api.add_router("/datasets", datasets.router)
api.add_router("/projects", projects.router)
api.add_router("/cleansets", cleansets.router)
api.add_router("/cleansets", rows.router)
api.add_router("/cleansets", exports.router)
api.add_router("/deployments", deployments.router)
api.add_router("/deployments", predictions.of_models)
api.add_router("/deployments", synchronous.router)
api.add_router("/predictions", predictions.router)
api.add_router("/jobs", jobs.router)

for _error, _handler in (
    (Exception, explain),
    (Http404, explain),
    (ValidationError, explain_fields),
    (HttpError, explain_body),
):
    api.add_exception_handler(_error, _handler)


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    return redirect(f"{ROOT}docs")


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html")


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    return HttpResponse(write_openapi(), content_type="application/json")


@cache
def write_openapi() -> str:
    """Making it takes longer than most requests; it never changes while the server runs."""
    return json.dumps(api.get_openapi_schema(path_prefix=ROOT))


urlpatterns = [
    path("", root),
    path("docs", docs, name="docs"),
    path("openapi.json", openapi, name="openapi"),
    *api.urls[0],
]
