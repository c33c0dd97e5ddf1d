"""What the client asks of datasets that were read."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest

from automl.errors import InputError
from automl.project_guess import find_distinct, guess_label, guess_setup
from client_api.access import ready_dataset_for
from client_api.asked_types import read_asked_types
from client_api.dataset_names import find_dataset
from client_api.endpoint import endpoint, read_body
from client_api.fields import read_id, read_whole_number
from client_api.project_setup import has_lists
from client_api.uploads import too_large
from studio.access import dataset_for
from studio.datasets import reread_dataset
from studio.models import Dataset
from studio.trash import delete_row


@endpoint("GET")
def details(request: HttpRequest, dataset_id: UUID) -> dict[str, Any]:
    """What a project is set up with where a script does not say."""
    dataset = ready_dataset_for(request.user, dataset_id)
    label = guess_label(dataset.profiles, dataset.n_rows, request.GET.get("tasktype"))
    guess = guess_setup(dataset.profiles, dataset.n_rows)
    return {
        "label_column_guess": label,
        "text_column_guess": guess["text_column"],
        "distinct_columns": find_distinct(dataset.profiles),
    }


@endpoint("GET")
def id_for_name(request: HttpRequest) -> dict[str, Any]:
    dataset = find_dataset(request.user, request.GET.get("dataset_name", "").replace("\0", ""))
    return {"dataset_id": dataset.hex_id if dataset else None}


@endpoint("DELETE")
def delete(request: HttpRequest, dataset_id: UUID) -> dict[str, Any]:
    delete_row(dataset_for(request.user, dataset_id, write=True))
    return {}


@endpoint("GET")
def schema(request: HttpRequest, dataset_id: UUID) -> dict[str, Any]:
    dataset = ready_dataset_for(request.user, dataset_id)
    columns = [
        {
            "name": profile["name"],
            "column_type": dataset.asked_types.get(profile["name"], profile["label_type"]),
        }
        for profile in dataset.profiles
    ]
    return {"schema": columns}


@endpoint("PATCH")
def schema_update(request: HttpRequest) -> dict[str, Any]:
    """The file is read again, as the columns that are named are now asked for."""
    body = read_body(request)
    dataset = dataset_for(request.user, read_id(body, "dataset_id"), write=True)
    types = read_asked_types(body, "schema_updates")
    for name in types:
        _column(dataset, name)
    is_read = reread_dataset(
        dataset=dataset,
        encoding=dataset.asked_encoding,
        delimiter=dataset.asked_delimiter,
        asked_types=dataset.asked_types | types,
    )
    if not is_read:
        raise InputError(
            "IN_USE", "This dataset is being read, or projects rest on it: upload the file anew."
        )
    return {}


@endpoint("GET")
def diversity(request: HttpRequest, dataset_id: UUID, column: str) -> dict[str, Any]:
    n_distinct = _column(ready_dataset_for(request.user, dataset_id), column)["n_distinct"]
    return {"has_minimal_diversity": n_distinct is None or n_distinct >= 2}


@endpoint("GET")
def valid_multilabel(request: HttpRequest, dataset_id: UUID, column: str) -> dict[str, Any]:
    profile = _column(ready_dataset_for(request.user, dataset_id), column)
    return {"is_valid_multilabel_column": has_lists(profile)}


@endpoint("GET", "PATCH")
def is_complete(request: HttpRequest, dataset_id: UUID) -> dict[str, Any]:
    """Earlier clients said so themselves; here the server knows."""
    dataset = dataset_for(request.user, dataset_id, write=request.method == "PATCH")
    return {"complete": dataset.status == Dataset.Status.READY}


@endpoint("POST")
def check_limit(request: HttpRequest) -> dict[str, Any]:
    if read_whole_number(read_body(request), "file_size") > settings.MAX_UPLOAD_BYTES:
        raise too_large()
    return {}


def _column(dataset: Dataset, name: str) -> dict[str, Any]:
    for profile in dataset.profiles:
        if profile["name"] == name:
            found: dict[str, Any] = profile
            return found
    raise Http404("The dataset has no column of this name.")
