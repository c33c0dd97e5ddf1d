"""A keyed seal on every stored file (docs/decisions/0014-predictor-integrity.md).

It binds what the row says of a file (its key with its kind, its workspace, size and SHA-256) to
this installation's SECRET_KEY: rows and bytes that somebody without the key wrote have no seal.
"""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

PURPOSE = "studio.stored-file.seal"


class Sealable(Protocol):
    """What is sealed of a `StoredFile`; migrations have a row class of their own."""

    key: str
    workspace_id: UUID
    size_bytes: int
    sha256: str
    seal: str


def make_seal(stored: Sealable, secret_key: str | None = None) -> str:
    """HMAC-SHA256; Django derives a key for this purpose alone from SECRET_KEY."""
    facts = (stored.key, stored.workspace_id.hex, str(stored.size_bytes), stored.sha256)
    secret_key = secret_key or settings.SECRET_KEY
    return salted_hmac(PURPOSE, "|".join(facts), secret_key, algorithm="sha256").hexdigest()


def has_current_seal(stored: Sealable) -> bool:
    return _fits(stored, [settings.SECRET_KEY])


def has_seal(stored: Sealable) -> bool:
    """Also of a key that was replaced and is named in SECRET_KEY_FALLBACKS."""
    return _fits(stored, [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])


def _fits(stored: Sealable, secret_keys: Iterable[str]) -> bool:
    return any(constant_time_compare(stored.seal, make_seal(stored, key)) for key in secret_keys)
