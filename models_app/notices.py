"""The mails of this app, written in the transaction of what they report."""

from models_app.models import DeployedModel
from studio.outbox import one_line, send_template


def notify_model_ready(model: DeployedModel) -> None:
    _notify(model, "model_ready")


def notify_model_failed(model: DeployedModel) -> None:
    _notify(model, "model_failed")


def _notify(model: DeployedModel, template: str) -> None:
    if model.created_by is None:
        return
    deployed = model.candidates.filter(is_deployed=True).first()
    context = {"model": model, "model_name": one_line(model.name), "deployed": deployed}
    send_template([model.created_by.email], template, context)
