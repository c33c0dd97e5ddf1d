import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class ApiKey(models.Model):
    """What lets a script act for an account; the key itself is shown once and never kept."""

    class Scope(models.TextChoices):
        READ = "read", "Read and predict"
        WRITE = "write", "Read, predict and change"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    scope = models.CharField(max_length=5, choices=Scope.choices)
    # Not secret: by it the row is found, and people tell their keys apart.
    prefix = models.CharField(max_length=16, unique=True)
    # SHA-256 of the whole key. It is random and long, so nothing slower is needed.
    key_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_usable(self) -> bool:
        has_expired = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.revoked_at is None and not has_expired

    @property
    def can_write(self) -> bool:
        return self.scope == self.Scope.WRITE
