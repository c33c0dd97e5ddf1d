"""Answering a poll a moment later, so that what is nearly done is not told a poll too late."""

import threading
import time
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from inference.models import InferenceResult

# Longer than a small batch takes; the client would ask again after a second. Only of what was just
# started: long ones can wait.
HOLD_SECONDS = 2.0
LOOK_SECONDS = 0.05
JUST_STARTED = timedelta(seconds=3)
# The other threads of the web process stay free; without a slot the answer is given at once.
SLOTS = threading.BoundedSemaphore(max(settings.WEB_THREADS // 4, 1))


def hold_poll(result: InferenceResult | None) -> bool:
    """Whether time has passed, so that the row should be read again."""
    if result is None or result.created_at + JUST_STARTED < timezone.now():
        return False
    if not _is_pending(result) or not SLOTS.acquire(blocking=False):
        return False
    try:
        deadline = time.monotonic() + HOLD_SECONDS
        while _is_pending(result) and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
    finally:
        SLOTS.release()
    return True


def _is_pending(result: InferenceResult) -> bool:
    pending = InferenceResult.objects.filter(pk=result.pk, status__in=InferenceResult.PENDING)
    return pending.exists()
