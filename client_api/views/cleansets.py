"""What the client asks of a cleanset: is it ready, what was found, what was decided."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse

from automl.errors import InputError
from client_api.cleanset_columns import CleansetColumns, read_probabilities
from client_api.cleanset_status import read_status
from client_api.embeddings import read_embeddings
from client_api.endpoint import endpoint
from client_api.long_answers import begin, quote, send, wrap, write_records, write_table
from client_api.row_ids import id_column as find_id_column
from studio.access import cleanset_for, ready_cleanset_for

# As Python writes them, and as other languages do.
FLAGS = {"true": True, "false": False}


@endpoint("GET")
def status(request: HttpRequest, cleanset_id: UUID) -> dict[str, Any]:
    return read_status(cleanset_for(request.user, cleanset_id))


@endpoint("GET")
def project(request: HttpRequest, cleanset_id: UUID) -> dict[str, Any]:
    return {"project_id": cleanset_for(request.user, cleanset_id).project_id.hex}


@endpoint("GET")
def id_column(request: HttpRequest, cleanset_id: UUID) -> dict[str, Any]:
    return {"id_column": find_id_column(cleanset_for(request.user, cleanset_id))}


@endpoint("GET")
def columns(request: HttpRequest, cleanset_id: UUID) -> StreamingHttpResponse:
    cleanset = ready_cleanset_for(request.user, cleanset_id)
    table = CleansetColumns(
        cleanset,
        with_found=_read_flag(request, "include_cleanlab_columns", usual=True),
        with_details=_read_flag(request, "include_project_details", usual=False),
    )
    if _read_flag(request, "to_spark", usual=False):
        return send(wrap("cleanset_json", quote(write_records(table.parts()))))
    return send(wrap("cleanset_json", quote(write_table(table.fields, table.parts()))))


@endpoint("GET")
def pred_probs(request: HttpRequest, cleanset_id: UUID) -> StreamingHttpResponse:
    cleanset = ready_cleanset_for(request.user, cleanset_id)
    if cleanset.pred_probs_file is None:
        raise InputError("NO_PRED_PROBS", "Only projects with classes have probabilities.")
    rows = quote(write_records(begin(read_probabilities(cleanset))))
    return send(wrap("pred_probs", rows, success=True, array_type="pandas"))


@endpoint("GET")
def embeddings(request: HttpRequest, cleanset_id: UUID) -> StreamingHttpResponse:
    cleanset = ready_cleanset_for(request.user, cleanset_id)
    vectors = write_records(begin(read_embeddings(cleanset)))
    return send(wrap("embeddings", vectors, success=True, array_type="numpy"))


def _read_flag(request: HttpRequest, name: str, *, usual: bool) -> bool:
    text = request.GET.get(name)
    if text is None:
        return usual
    if text.lower() not in FLAGS:
        raise InputError("INVALID_REQUEST", f"“{name}” is either True or False.")
    return FLAGS[text.lower()]
