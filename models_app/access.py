"""The only way from an id in a request to a row of this app."""

from uuid import UUID

from django.db.models import QuerySet

from models_app.models import DeployedModel
from studio.access import AnyUser, row_for, rows_for


def models_for(user: AnyUser) -> QuerySet[DeployedModel]:
    return rows_for(DeployedModel, user).select_related("cleanset__project")


def model_for(user: AnyUser, model_id: UUID, *, write: bool = False) -> DeployedModel:
    return row_for(DeployedModel, user, model_id, write=write, related=("cleanset__project",))
