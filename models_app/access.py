"""The only way from an id in a request to a row of this app."""

from uuid import UUID

from django.db.models import QuerySet

from automl.errors import InputError
from models_app.models import DeployedModel
from studio.access import AnyUser, row_for, rows_for


def models_for(user: AnyUser) -> QuerySet[DeployedModel]:
    return rows_for(DeployedModel, user).select_related("cleanset__project")


def model_for(user: AnyUser, model_id: UUID, *, write: bool = False) -> DeployedModel:
    return row_for(DeployedModel, user, model_id, write=write, related=("cleanset__project",))


def require_trained(model: DeployedModel) -> None:
    """Raises InputError `NOT_TRAINED`."""
    if model.status == DeployedModel.Status.FAILED:
        raise InputError("NOT_TRAINED", "The training of this model failed, so it cannot predict.")
    if model.status != DeployedModel.Status.TRAINED:
        raise InputError("NOT_TRAINED", "This model is not trained yet, so it cannot predict.")
