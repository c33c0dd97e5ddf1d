"""What is told to the outside when predictions end: webhooks, in its transaction."""

from inference.models import InferenceResult
from studio.models import WebhookEvent
from studio.webhooks import announce, link


def notify_predictions_ready(result: InferenceResult) -> None:
    announce(WebhookEvent.PREDICTIONS_READY, result.workspace, _describe(result))


def notify_predictions_failed(result: InferenceResult) -> None:
    announce(WebhookEvent.PREDICTIONS_FAILED, result.workspace, _describe(result))


def _describe(result: InferenceResult) -> dict[str, object]:
    return {
        "result_id": result.hex_id,
        "file_name": result.file_name,
        "n_rows": result.n_rows,
        "model_id": result.deployed_model.hex_id,
        "model_name": result.deployed_model.name,
        "status": result.status,
        "error_code": result.error_code,
        "url": link("inference:result_detail", result.hex_id),
    }
