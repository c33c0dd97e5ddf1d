import uuid

from django.db import models


class StoredFile(models.Model):
    """One artefact in storage, written once. Sweeps and quotas read this table only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey("studio.Workspace", models.CASCADE, related_name="+")
    key = models.CharField(max_length=120, unique=True)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    # Keyed with SECRET_KEY, over all of the above (studio/seals.py).
    seal = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    purge_after = models.DateTimeField(null=True, blank=True, db_index=True)

    def __str__(self) -> str:
        return self.key
