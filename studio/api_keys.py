"""Keys by which scripts act for an account: made, found, revoked."""

import hashlib
import logging
import secrets
from datetime import timedelta

from django.db import OperationalError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from automl.errors import InputError
from studio.models import ApiKey, User

logger = logging.getLogger(__name__)

MARK = "cleanset"
SECRET_BYTES = 32
MAX_KEYS = 50
MAX_NAME_CHARS = 100
# Not with every request: each would be a write.
NOTE_USE_EVERY = timedelta(minutes=1)


def keys_of(user: User) -> QuerySet[ApiKey]:
    """Those that were not revoked, newest first."""
    return ApiKey.objects.filter(user=user, revoked_at__isnull=True).order_by("-created_at")


def create_key(
    *, user: User, name: str, scope: str, valid_days: int | None = None
) -> tuple[ApiKey, str]:
    """The row, and the key itself, which is nowhere else."""
    cleaned = " ".join(name.split())[:MAX_NAME_CHARS]
    if not cleaned:
        raise InputError(
            "NAME_MISSING", "Enter a name, so that you know later what the key is for."
        )
    if keys_of(user).count() >= MAX_KEYS:
        raise InputError("TOO_MANY_KEYS", f"You have {MAX_KEYS} keys. Revoke one first.")
    prefix = secrets.token_hex(4)
    key = f"{MARK}_{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}"
    row = ApiKey.objects.create(
        user=user,
        name=cleaned,
        scope=scope,
        prefix=prefix,
        key_hash=_hash(key),
        expires_at=timezone.now() + timedelta(days=valid_days) if valid_days else None,
    )
    return row, key


def find_key(key: str) -> ApiKey | None:
    """The row of a key that works; its use is noted."""
    mark, _, rest = key.partition("_")
    prefix, _, secret = rest.partition("_")
    if mark != MARK or not secret or not prefix.isascii():
        return None
    row = ApiKey.objects.select_related("user").filter(prefix=prefix).first()
    if row is None or not constant_time_compare(row.key_hash, _hash(key)):
        return None
    if not row.is_usable or not row.user.is_active:
        return None
    _note_use(row)
    return row


def revoke_key(row: ApiKey) -> None:
    ApiKey.objects.filter(pk=row.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())


def _note_use(row: ApiKey) -> None:
    now = timezone.now()
    if row.last_used_at is not None and row.last_used_at > now - NOTE_USE_EVERY:
        return
    try:
        ApiKey.objects.filter(pk=row.pk).update(last_used_at=now)
    except OperationalError:
        # A long write of somebody else; the request itself may need to write nothing.
        logger.warning("could not note the use of key %s", row.prefix)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
