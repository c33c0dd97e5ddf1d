from django.db import models

from .base import InputFailure, WorkspaceRow
from .projects import Cleanset


class DecisionImport(WorkspaceRow, InputFailure):
    """A file of corrections on its way into a cleanset, and what came of it."""

    class Status(models.TextChoices):
        READING = "reading", "Reading"
        DONE = "done", "Done"
        FAILED = "failed", "Nothing imported"

    cleanset = models.ForeignKey(Cleanset, models.CASCADE, related_name="imports")
    file_name = models.CharField(max_length=255)
    # Gone soon after the file was read.
    upload_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.READING)
    # What was asked for.
    first_row_id = models.PositiveSmallIntegerField(default=0)
    excludes_left_out = models.BooleanField(default=False)
    imports_what_fits = models.BooleanField(default=False)
    replaces_decided = models.BooleanField(default=False)
    # What was found and done.
    n_lines = models.BigIntegerField(default=0)
    n_decided = models.BigIntegerField(default=0)
    n_left = models.BigIntegerField(default=0)
    n_tagged = models.BigIntegerField(default=0)
    n_unfit = models.BigIntegerField(default=0)
    # The first lines that do not fit: [{"line", "reason"}].
    problems = models.JSONField(default=list)
    # Of the decisions, to undo them by; none where nothing was decided.
    batch_id = models.UUIDField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.file_name} into {self.cleanset}"
