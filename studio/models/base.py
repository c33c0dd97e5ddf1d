"""What every root row has: a public id, its workspace, its times and its deletion mark."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models


class LiveManager(models.Manager[Any]):
    """Rows that were not deleted; `all_objects` sees the others too, for sweeps."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(deleted_at__isnull=True)


class WorkspaceRow(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey("studio.Workspace", models.CASCADE, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    purge_after = models.DateTimeField(null=True, blank=True, db_index=True)

    objects: ClassVar[LiveManager] = LiveManager()
    all_objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True
        base_manager_name = "all_objects"

    @property
    def hex_id(self) -> str:
        return self.id.hex


class InputFailure(models.Model):
    """Why a row failed, in words that are safe to show."""

    error_code = models.CharField(max_length=64, blank=True)
    error_message = models.TextField(blank=True)
    error_line = models.BigIntegerField(null=True, blank=True)
    error_column = models.BigIntegerField(null=True, blank=True)

    class Meta:
        abstract = True
