"""Predictions for the client: a batch is uploaded to a signed address, started, and polled for."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse

from automl.errors import InputError
from client_api.access import query_for, query_of_link
from client_api.endpoint import endpoint
from client_api.long_polls import hold_poll
from client_api.prediction_queries import (
    bring_batch,
    find_result,
    make_token,
    open_query,
    read_token,
    refuse_batch,
    start_query,
)
from inference.export_links import make_link
from models_app.access import model_for
from studio.models import User
from studio.upload_handlers import find_stop


@endpoint("POST")
def query_create(request: HttpRequest, model_id: UUID) -> dict[str, Any]:
    """The token is in the address, not in a field: it is read before the file is."""
    assert isinstance(request.user, User)
    model = model_for(request.user, model_id, write=True)
    query = open_query(user=request.user, model=model)
    path = reverse("client_api:batch_upload", args=[make_token(query)])
    upload_url = {"url": request.build_absolute_uri(path), "fields": {}}
    return {"query_id": query.hex_id, "upload_url": upload_url}


@endpoint("POST", is_open=True)
def batch_upload(request: HttpRequest, token: str) -> dict[str, Any]:
    """The client does not look at the answer, so what is refused is kept for its polls."""
    query = query_of_link(read_token(token))
    try:
        bring_batch(query, _read_file(request))
    except InputError as error:
        refuse_batch(query, error)
        raise
    return {}


@endpoint("POST")
def query_start(request: HttpRequest, model_id: UUID, query_id: UUID) -> dict[str, Any]:
    assert isinstance(request.user, User)
    query = query_for(request.user, query_id, write=True)
    if query.deployed_model_id != model_id:
        raise Http404("This query belongs to another model.")
    start_query(user=request.user, query=query)
    return {}


@endpoint("GET")
def query_detail(request: HttpRequest, query_id: UUID) -> dict[str, Any]:
    """`results` is empty while it is awaited."""
    query = query_for(request.user, query_id)
    if hold_poll(query.result):
        query = query_for(request.user, query_id)
    result = find_result(query)
    url = request.build_absolute_uri(make_link(result)) if result else None
    return {"status": "done" if result else "running", "results": url}


def _read_file(request: HttpRequest) -> Path:
    file: Any = request.FILES.get("file")
    stop = find_stop(request)
    if stop is not None:
        raise stop
    if file is None:
        raise InputError("NO_UPLOAD", "Send the rows as a file in the field 'file'.")
    return Path(file.temporary_file_path())
