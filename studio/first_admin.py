"""The one-time link of the first start: whoever can read the server's output becomes its admin."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from studio.models import SignInLink, User

VALID_FOR = timedelta(days=7)


def has_admin() -> bool:
    return User.objects.filter(is_superuser=True, is_active=True).exists()


def make_link() -> str:
    """A fresh link; links made before it stop working."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        SignInLink.objects.filter(used_at__isnull=True).delete()
        SignInLink.objects.create(
            token_hash=hash_token(token), expires_at=timezone.now() + VALID_FOR
        )
    return settings.SITE_URL + reverse("studio:first_admin", args=[token])


def is_usable(token: str) -> bool:
    return not has_admin() and _usable_links(token).exists()


@transaction.atomic
def create_first_admin(*, token: str, email: str, password: str) -> User | None:
    """The administrator, or None when the link was used in the meantime."""
    if has_admin() or not _usable_links(token).update(used_at=timezone.now()):
        return None
    return User.objects.create_superuser(email, password)


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _usable_links(token: str) -> QuerySet[SignInLink]:
    return SignInLink.objects.filter(
        token_hash=hash_token(token), used_at__isnull=True, expires_at__gt=timezone.now()
    )
