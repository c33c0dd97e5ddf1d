"""Sending side of webhooks, in threads of the reconciler (docs/decisions/0022)."""

import hashlib
import hmac
import json
import logging
import threading
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connections, transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from automl.errors import InputError
from studio.models import Webhook, WebhookDelivery, WebhookEvent
from studio.outbox import one_line, send_template
from studio.outgoing_http import post
from studio.sending import MAX_ATTEMPTS, NotSentError, send_row
from studio.webhooks import State, switch_off

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 10
# Webhooks in one round; each gets one try, so that none waits for all that another has due.
ROUND = 50
# Given up in a row, each after seven tries in ten hours.
MAX_GIVEN_UP = 5
KEPT_DAYS = 30


def deliver_forever(stop: threading.Event) -> None:
    """A thread has nobody to restart it: it survives what it did not expect."""
    while not stop.is_set():
        n_tried = 0
        try:
            n_tried = deliver_due()
        except Exception:
            logger.exception("webhooks: a round failed, the next one tries again")
        finally:
            close_old_connections()
        if not n_tried:
            stop.wait(settings.RECONCILE_SECONDS)
    connections.close_all()


def deliver_due() -> int:
    """One try for each webhook that has something due. Tries made by others do not count."""
    return sum(_deliver(delivery) for delivery in _find_due())


def forget_old() -> None:
    old = timezone.now() - timedelta(days=KEPT_DAYS)
    final = (State.SENT, State.KEPT, State.FAILED)
    WebhookDelivery.objects.filter(state__in=final, created_at__lt=old).delete()


def sign(secret: str, body: bytes, at: int) -> str:
    """`t=<unix time>,v1=<hex HMAC-SHA256 of "t.body">`."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def _find_due() -> list[WebhookDelivery]:
    all_due = WebhookDelivery.objects.filter(state=State.DUE, next_attempt_at__lte=timezone.now())
    # Most often there is nothing, and this is a tenth of what the answer below takes.
    if not all_due.exists():
        return []
    due = all_due.filter(webhook=OuterRef("pk")).order_by("next_attempt_at")
    waiting = (
        Webhook.objects.annotate(first_due=Subquery(due.values("pk")[:1]))
        .filter(first_due__isnull=False)
        .order_by(F("last_tried_at").asc(nulls_first=True))
    )
    firsts = list(waiting.values_list("first_due", flat=True)[:ROUND])
    found = WebhookDelivery.objects.select_related("webhook").in_bulk(firsts)
    return [found[key] for key in firsts if key in found]


def _deliver(delivery: WebhookDelivery) -> bool:
    max_attempts = 1 if delivery.event == WebhookEvent.TEST else MAX_ATTEMPTS
    if not send_row(delivery, _send, max_attempts):
        return False
    _note_outcome(delivery)
    return True


def _send(delivery: WebhookDelivery) -> None:
    body = json.dumps(delivery.payload).encode()
    status = None
    try:
        status = post(delivery.webhook.url, body, _headers(delivery, body), seconds=ANSWER_SECONDS)
    except InputError as error:
        raise NotSentError(error.message) from error
    finally:
        WebhookDelivery.objects.filter(pk=delivery.pk).update(last_status=status)
    if not 200 <= status < 300:
        is_redirect = 300 <= status < 400
        hint = " Redirects are not followed." if is_redirect else ""
        raise NotSentError(f"It answered {status}.{hint}")


def _headers(delivery: WebhookDelivery, body: bytes) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "Cleanset-Event": delivery.event,
        "Cleanset-Delivery": delivery.id.hex,
        "Cleanset-Signature": sign(delivery.webhook.secret, body, int(time.time())),
    }


def _note_outcome(delivery: WebhookDelivery) -> None:
    row: Any = Webhook.objects.filter(pk=delivery.webhook_id)
    row.update(last_tried_at=timezone.now(), last_error=delivery.last_error)
    if delivery.state == State.SENT:
        row.update(n_given_up=0)
    elif delivery.state == State.FAILED and delivery.event != WebhookEvent.TEST:
        row.update(n_given_up=F("n_given_up") + 1)
        if row.filter(n_given_up__gte=MAX_GIVEN_UP).exists():
            _give_up(delivery.webhook, delivery.last_error)


@transaction.atomic
def _give_up(webhook: Webhook, last_error: str) -> None:
    if switch_off(webhook) and webhook.created_by is not None:
        logger.warning("webhook %s was switched off", webhook.pk)
        context = {
            "webhook": webhook,
            "address": one_line(webhook.url),
            "n_given_up": MAX_GIVEN_UP,
            "last_error": last_error,
        }
        send_template([webhook.created_by.email], "webhook_off", context)
