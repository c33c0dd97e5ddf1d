"""Trying until it arrives: how mail and webhook deliveries leave the house.

A try is noted before it is made, so of two processes one makes it, and what a crash cut off is
tried again: everything arrives at least once, most often exactly once.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.db.models import F
from django.utils import timezone

from studio.models.outgoing import OutgoingRow

RETRY_MINUTES = (1, 5, 15, 60, 180, 360, 720)
MAX_ATTEMPTS = len(RETRY_MINUTES)

Row = TypeVar("Row", bound=OutgoingRow)


class NotSentError(Exception):
    """Why a try failed, in words for whoever looks at the row."""


def send_row(row: Row, send: Callable[[Row], None], max_attempts: int = MAX_ATTEMPTS) -> bool:
    """Make one try of a row that is due. False: somebody else was faster, or sends it now."""
    if not _take(row):
        return False
    try:
        send(row)
    except NotSentError as error:
        gave_up = row.attempts >= max_attempts
        row.state = OutgoingRow.State.FAILED if gave_up else OutgoingRow.State.DUE
        row.last_error = str(error)[:200]
    else:
        row.state, row.last_error, row.sent_at = OutgoingRow.State.SENT, "", timezone.now()
    # Somebody may have asked for it to be sent anew in the meantime: that stands.
    _unchanged(row).update(state=row.state, last_error=row.last_error, sent_at=row.sent_at)
    return True


def _take(row: OutgoingRow) -> bool:
    """Move the next attempt before sending: two processes do not send the same row.

    That it is due is looked at here too: the row may have been read after somebody took it.
    """
    now = timezone.now()
    wait = RETRY_MINUTES[min(row.attempts, MAX_ATTEMPTS - 1)]
    is_taken = (
        _unchanged(row)
        .filter(next_attempt_at__lte=now)
        .update(attempts=F("attempts") + 1, next_attempt_at=now + timedelta(minutes=wait))
    )
    row.attempts += 1
    return bool(is_taken)


def _unchanged(row: OutgoingRow) -> Any:
    return type(row)._base_manager.filter(pk=row.pk, attempts=row.attempts, state="due")
