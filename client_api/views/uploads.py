"""How the client brings files: in parts to signed addresses, or by an address of their own."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from automl.errors import InputError
from client_api.access import upload_for, upload_of_link
from client_api.asked_types import read_asked_types
from client_api.endpoint import endpoint, read_body, read_text, show_error
from client_api.fields import read_id, read_objects, read_whole_number
from client_api.parts import part_store
from client_api.parts.links import read_link
from client_api.uploads import (
    begin_upload,
    complete_upload,
    confirm_upload,
    find_progress,
    note_arriving,
    receive_part,
    split_size,
)
from studio.access import require_writer, workspace_for
from studio.converters import parse_id
from studio.models import User
from studio.url_uploads import create_dataset_from_url


@endpoint("POST")
def initialize(request: HttpRequest) -> dict[str, Any]:
    assert isinstance(request.user, User)
    body = read_body(request)
    workspace = workspace_for(request.user)
    require_writer(request.user, workspace)
    upload = begin_upload(
        user=request.user,
        workspace=workspace,
        file_name=read_text(body, "filename"),
        size_bytes=read_whole_number(body, "size_in_bytes"),
    )
    sizes = split_size(upload.size_bytes)
    return {
        "upload_id": upload.hex_id,
        "part_sizes": sizes,
        "presigned_posts": part_store().urls(upload, len(sizes), request),
    }


@endpoint("PUT", is_open=True)
def part(request: HttpRequest, token: str) -> HttpResponse:
    try:
        upload_id, number = read_link(token)
        etag = receive_part(upload_of_link(upload_id), number, request)
    except InputError as error:
        answer = show_error(error.message, 400)
        # All that the client shows of an error here is the line with the status.
        answer.reason_phrase = error.message
        return answer
    # Strong and quoted: the client reads it as JSON.
    return HttpResponse(headers={"ETag": f'"{etag}"'})


@endpoint("POST")
def complete(request: HttpRequest) -> dict[str, Any]:
    body = read_body(request)
    upload = upload_for(request.user, read_id(body, "upload_id"), write=True)
    complete_upload(upload, read_objects(body, "upload_parts"))
    return {}


@endpoint("POST")
def confirm(request: HttpRequest) -> dict[str, Any]:
    body = read_body(request)
    upload = upload_for(request.user, read_id(body, "upload_id"), write=True)
    confirm_upload(upload, read_asked_types(body, "schema_overrides"))
    return {}


@endpoint("POST")
def initialize_url(request: HttpRequest) -> dict[str, Any]:
    assert isinstance(request.user, User)
    body = read_body(request)
    require_writer(request.user, workspace_for(request.user))
    dataset = create_dataset_from_url(
        user=request.user,
        url=read_text(body, "url"),
        asked_types=read_asked_types(body, "schema_overrides"),
    )
    return {"upload_id": note_arriving(dataset).hex_id}


@endpoint("GET")
def total_progress(request: HttpRequest) -> dict[str, Any]:
    return find_progress(upload_for(request.user, parse_id(request.GET.get("upload_id", ""))))


@endpoint("GET")
def dataset_id(request: HttpRequest) -> dict[str, Any]:
    upload = upload_for(request.user, parse_id(request.GET.get("upload_id", "")))
    if upload.dataset is None:
        raise InputError("NOT_CONFIRMED", "This upload is no dataset yet: it was not confirmed.")
    return {"dataset_id": upload.dataset.hex_id}


@endpoint("GET", "POST")
def no_bigquery(request: HttpRequest) -> dict[str, Any]:
    raise InputError(
        "NO_BIGQUERY",
        "This server reads nothing from BigQuery. Export the table to a file or a DataFrame, and "
        "upload that.",
    )
