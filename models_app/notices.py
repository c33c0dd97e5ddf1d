"""What is told to the outside when a training ends: mail and webhooks, in its transaction."""

from models_app.models import DeployedModel
from studio.models import WebhookEvent
from studio.outbox import one_line, send_template
from studio.webhooks import announce, link


def notify_model_ready(model: DeployedModel) -> None:
    _notify(model, "model_ready", WebhookEvent.MODEL_TRAINED)


def notify_model_failed(model: DeployedModel) -> None:
    _notify(model, "model_failed", WebhookEvent.MODEL_FAILED)


def _notify(model: DeployedModel, template: str, event: WebhookEvent) -> None:
    announce(event, model.workspace, _describe(model))
    if model.created_by is None:
        return
    deployed = model.candidates.filter(is_deployed=True).first()
    context = {"model": model, "model_name": one_line(model.name), "deployed": deployed}
    send_template([model.created_by.email], template, context)


def _describe(model: DeployedModel) -> dict[str, object]:
    return {
        "model_id": model.hex_id,
        "model_name": model.name,
        "project_id": model.cleanset.project.hex_id,
        "cleanset_id": model.cleanset.hex_id,
        "status": model.status,
        "error_code": model.error_code,
        "url": link("models_app:model_details", model.hex_id),
    }
