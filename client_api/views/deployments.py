"""Models for the client: deployed, and asked how far they are."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest

from client_api.endpoint import endpoint, read_body, read_text
from client_api.shown_status import show_status
from models_app.access import model_for
from models_app.deploy import deploy_model, new_key
from models_app.models import DeployedModel
from studio.access import cleanset_for
from studio.converters import parse_id
from studio.models import User


@endpoint("POST")
def deployment_create(request: HttpRequest) -> dict[str, Any]:
    assert isinstance(request.user, User)
    body = read_body(request)
    cleanset_id = parse_id(read_text(body, "cleanset_id"))
    model = deploy_model(
        user=request.user,
        cleanset=cleanset_for(request.user, cleanset_id, write=True),
        name=read_text(body, "deployment_name"),
        idempotency_key=new_key(),
    )
    return {"id": model.hex_id}


@endpoint("GET")
def deployment_detail(request: HttpRequest, model_id: UUID) -> dict[str, Any]:
    model = model_for(request.user, model_id)
    assert isinstance(request.user, User)
    return describe_model(model) | {"status": show_status(model, request.user.pk)}


def describe_model(model: DeployedModel) -> dict[str, Any]:
    project = model.cleanset.project
    return {
        "id": model.hex_id,
        "name": model.name,
        "tasktype": project.problem_type,
        "cleanset_id": model.cleanset.hex_id,
        "project_id": project.hex_id,
        "dataset_id": project.dataset_id.hex,
        "updated_at": model.updated_at.isoformat(timespec="seconds"),
        "error_message": model.error_message or None,
    }
