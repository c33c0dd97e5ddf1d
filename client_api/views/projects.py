"""What the client asks of projects: make one, say what it is about, delete it."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest

from automl.errors import InputError
from client_api.access import ready_dataset_for
from client_api.endpoint import UnsupportedProjectError, endpoint, read_body
from client_api.project_setup import read_name, read_setup
from studio.access import project_for
from studio.converters import parse_id
from studio.models import User
from studio.projects import create_project
from studio.trash import delete_row


@endpoint("POST")
def clean(request: HttpRequest) -> dict[str, Any]:
    """The client asks for the cleanset at once, so it is made with the project."""
    assert isinstance(request.user, User)
    body = read_body(request)
    dataset = ready_dataset_for(request.user, parse_id(str(body.get("dataset_id"))), write=True)
    name, setup = read_name(body), read_setup(dataset, body)
    try:
        project = create_project(
            user=request.user,
            dataset=dataset,
            name=name,
            setup=setup,
            idempotency_key=uuid4().hex,
        )
    except InputError as error:
        raise UnsupportedProjectError(error.message) from error
    return {"project_id": project.hex_id}


@endpoint("GET")
def latest_cleanset_id(request: HttpRequest, project_id: UUID) -> dict[str, Any]:
    return {"cleanset_id": project_for(request.user, project_id).latest_cleanset.hex_id}


@endpoint("GET")
def dataset(request: HttpRequest, project_id: UUID) -> dict[str, Any]:
    return {"dataset_id": project_for(request.user, project_id).dataset_id.hex}


@endpoint("GET")
def label_column(request: HttpRequest, project_id: UUID) -> dict[str, Any]:
    """The client corrects this column of the user's data."""
    project = project_for(request.user, project_id)
    if not project.has_labels:
        raise InputError("NO_LABELS", "This project has no labels that could be corrected.")
    return {"label_column": project.label_column}


@endpoint("DELETE")
def delete(request: HttpRequest, project_id: UUID) -> dict[str, Any]:
    delete_row(project_for(request.user, project_id, write=True))
    return {}
