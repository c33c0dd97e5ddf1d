"""The only way from an id in a request to a row of this app."""

from uuid import UUID

from django.db.models import QuerySet

from automl.errors import InputError
from models_app.models import DeployedModel
from studio.access import AnyUser, row_for, rows_for

_PROJECT = "cleanset__project"
TO_ASK = ("status", "classes", f"{_PROJECT}__feature_schema", f"{_PROJECT}__problem_type")


def models_for(user: AnyUser) -> QuerySet[DeployedModel]:
    return rows_for(DeployedModel, user).select_related(_PROJECT)


def model_for(user: AnyUser, model_id: UUID, *, write: bool = False) -> DeployedModel:
    return row_for(DeployedModel, user, model_id, write=write, related=(_PROJECT,))


def model_to_ask(user: AnyUser, model_id: UUID) -> DeployedModel:
    """With what a prediction at once needs: reading all of it takes twice as long."""
    return row_for(DeployedModel, user, model_id, related=(_PROJECT,), only=TO_ASK)


def require_trained(model: DeployedModel) -> None:
    """Raises InputError `NOT_TRAINED`."""
    if model.status == DeployedModel.Status.FAILED:
        raise InputError("NOT_TRAINED", "The training of this model failed, so it cannot predict.")
    if model.status != DeployedModel.Status.TRAINED:
        raise InputError("NOT_TRAINED", "This model is not trained yet, so it cannot predict.")
