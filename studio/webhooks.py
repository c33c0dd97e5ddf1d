"""Request side of webhooks: making them, and writing down what they are to be told.

Deliveries are rows, written in the transaction of what they report; `webhook_delivery` sends them.
"""

import secrets
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from automl.errors import InputError
from studio.models import User, Webhook, WebhookDelivery, WebhookEvent, Workspace
from studio.outgoing_targets import read_url
from studio.rate_limits import count_request

State = WebhookDelivery.State

EVENTS = [event for event in WebhookEvent if event != WebhookEvent.TEST]
MAX_WEBHOOKS = 20
MAX_ASKED_A_MINUTE = 10
SECRET_BYTES = 32


def create_webhook(*, user: User, workspace: Workspace, url: str, events: list[str]) -> Webhook:
    """Its secret is shown to whoever makes it, and to nobody afterwards."""
    read_url(url)
    if Webhook.objects.filter(workspace=workspace).count() >= MAX_WEBHOOKS:
        raise InputError(
            "TOO_MANY_WEBHOOKS", f"You have {MAX_WEBHOOKS} webhooks. Delete one first."
        )
    return Webhook.objects.create(
        workspace=workspace,
        created_by=user,
        url=url,
        events=events,
        secret=f"whsec_{secrets.token_urlsafe(SECRET_BYTES)}",
    )


def set_events(webhook: Webhook, events: list[str]) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(events=events)


def switch_on(webhook: Webhook) -> None:
    off = Webhook.objects.filter(pk=webhook.pk, is_active=False)
    off.update(is_active=True, n_given_up=0, last_error="")


@transaction.atomic
def switch_off(webhook: Webhook) -> bool:
    """What was on its way stays here, to be sent again by hand. False: it was off already."""
    if not Webhook.objects.filter(pk=webhook.pk, is_active=True).update(is_active=False):
        return False
    webhook.deliveries.filter(state=State.DUE).update(state=State.KEPT)
    return True


def announce(event: WebhookEvent, workspace: Workspace, data: dict[str, Any]) -> None:
    """Tell all webhooks of the workspace that listen. Call it in the transaction that ends it."""
    active = Webhook.objects.filter(workspace=workspace, is_active=True)
    listening = [webhook for webhook in active if event in webhook.events]
    if listening:
        WebhookDelivery.objects.bulk_create(_make_deliveries(event, listening, data))


def send_test(webhook: Webhook) -> None:
    _limit(webhook)
    data = {"webhook_id": webhook.hex_id, "url": link("studio:webhook_detail", webhook.hex_id)}
    WebhookDelivery.objects.bulk_create(_make_deliveries(WebhookEvent.TEST, [webhook], data))


def send_again(delivery: WebhookDelivery) -> None:
    """The same delivery under the same id, from the first try on."""
    _limit(delivery.webhook)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        state=State.DUE, attempts=0, next_attempt_at=timezone.now(), last_status=None
    )


def link(name: str, *args: Any) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


def _make_deliveries(
    event: WebhookEvent, webhooks: list[Webhook], data: dict[str, Any]
) -> list[WebhookDelivery]:
    event_id = uuid4()
    payload = {
        "id": event_id.hex,
        "event": event.value,
        "created_at": timezone.now().isoformat(timespec="seconds"),
        "data": data,
    }
    return [
        WebhookDelivery(webhook=webhook, event_id=event_id, event=event, payload=payload)
        for webhook in webhooks
    ]


def _limit(webhook: Webhook) -> None:
    seconds = count_request(f"webhook:{webhook.hex_id}", MAX_ASKED_A_MINUTE)
    if seconds:
        raise InputError(
            "TOO_MANY_REQUESTS", f"That was sent often enough. Try again in {seconds} seconds."
        )
