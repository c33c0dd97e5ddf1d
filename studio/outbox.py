"""Mail: written into the outbox in the sender's transaction, delivered by the reconciler."""

import logging
import smtplib
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.utils import DNS_NAME
from django.template.loader import render_to_string
from django.utils import timezone

from studio.models import OutboxMessage
from studio.sending import NotSentError, send_row

logger = logging.getLogger(__name__)

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
MAX_NAME_CHARS = 80


class OutboxBackend(BaseEmailBackend):
    """Django's mail back end for the whole product: a message becomes a row, nothing more."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            _store(message)
        return len(email_messages)


def send_template(to: Sequence[str], template: str, context: dict[str, Any]) -> None:
    """Render `emails/<template>.subject|txt|html` and queue it; links start with SITE_URL."""
    context = context | {"site_url": settings.SITE_URL}
    subject = one_line(render_to_string(f"emails/{template}.subject.txt", context), 200)
    text = render_to_string(f"emails/{template}.txt", context)
    message = EmailMultiAlternatives(subject, text, to=list(to), connection=OutboxBackend())
    message.attach_alternative(render_to_string(f"emails/{template}.html", context), "text/html")
    message.send()


def one_line(text: str, limit: int = MAX_NAME_CHARS) -> str:
    """No line breaks and no control characters: a name must not add headers to a mail."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"


def deliver_due(limit: int = 20) -> int:
    """Send what is due. Without a mail server everything is kept for the operators."""
    due = OutboxMessage.objects.filter(
        state=OutboxMessage.State.DUE, next_attempt_at__lte=timezone.now()
    ).order_by("created_at")
    if not settings.EMAIL_URL:
        return due.update(state=OutboxMessage.State.KEPT)
    return sum(send_row(row, _deliver) for row in due[:limit])


def _store(message: EmailMessage) -> None:
    html = next(
        (str(part[0]) for part in getattr(message, "alternatives", []) if part[1] == "text/html"),
        "",
    )
    OutboxMessage.objects.create(
        message_id=f"<{uuid4().hex}@{DNS_NAME.get_fqdn()}>",
        sender=message.from_email,
        recipients=message.recipients(),
        subject=one_line(str(message.subject), 300),
        text=str(message.body),
        html=html,
    )


def _deliver(row: OutboxMessage) -> None:
    try:
        _build(row).send(fail_silently=False)
    except (smtplib.SMTPException, OSError) as error:
        logger.warning("mail %s was not delivered: %s", row.pk, type(error).__name__)
        raise NotSentError(one_line(f"{type(error).__name__}: {error}", 200)) from error


def _build(row: OutboxMessage) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        row.subject,
        row.text,
        row.sender,
        row.recipients,
        headers={"Message-ID": row.message_id},
        connection=get_connection(SMTP_BACKEND),
    )
    if row.html:
        message.attach_alternative(row.html, "text/html")
    return message
