import uuid

from django.db import models

from .base import WorkspaceRow
from .outgoing import OutgoingRow


class WebhookEvent(models.TextChoices):
    PROJECT_READY = "project.ready", "A project is ready for review"
    PROJECT_FAILED = "project.failed", "A project could not be analysed"
    MODEL_TRAINED = "model.trained", "A model is trained"
    MODEL_FAILED = "model.failed", "A training failed"
    PREDICTIONS_READY = "predictions.ready", "Predictions are ready"
    PREDICTIONS_FAILED = "predictions.failed", "Predictions failed"
    # Nobody subscribes to it: it is sent when somebody asks for it.
    TEST = "test", "A test"


class Webhook(WorkspaceRow):
    """An address of somebody's that hears when work of this workspace ends."""

    url = models.CharField(max_length=2_000)
    events = models.JSONField(default=list)
    # As it is: the receiver checks our signature with it, and here it opens nothing
    # (docs/decisions/0022-outgoing-requests.md).
    secret = models.CharField(max_length=64)
    is_active = models.BooleanField(default=True)
    # Deliveries that were given up since one arrived.
    n_given_up = models.PositiveIntegerField(default=0)
    last_tried_at = models.DateTimeField(null=True, blank=True)
    # Empty where the last try arrived.
    last_error = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.url[:80]


class WebhookDelivery(OutgoingRow):
    """One event on its way to one webhook; its id stays the same over all tries."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    # The same for all webhooks that hear of it.
    event_id = models.UUIDField(default=uuid.uuid4)
    event = models.CharField(max_length=30, choices=WebhookEvent.choices)
    payload = models.JSONField()
    # Of the last answer; none where there was none.
    last_status = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        indexes = [
            models.Index(fields=["webhook", "state", "next_attempt_at"], name="delivery_due"),
            models.Index(fields=["state", "created_at"], name="delivery_old"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.id.hex[:7]}"
