"""What is said of a model's status, so that the client notices a failure.

`wait_until_model_ready` raises only for a failure that follows another status: where the first one
that it sees is FAILED, it returns as if all was well.
"""

from uuid import UUID

from django.core.cache import cache

from models_app.models import DeployedModel

Status = DeployedModel.Status
# The client asks every 5 seconds.
SEEN_SECONDS = 60


def show_status(model: DeployedModel, poller: UUID) -> str:
    """A failure is shown to who has seen the model at work a moment ago, others see that first."""
    seen = f"at-work:{model.pk.hex}:{poller.hex}"
    if model.status == Status.FAILED and cache.get(seen):
        cache.delete(seen)
        return Status.FAILED
    if model.status == Status.TRAINED:
        return Status.TRAINED
    cache.set(seen, True, SEEN_SECONDS)
    return Status.TRAINING if model.status == Status.FAILED else model.status
