from django.db import models

from .base import InputFailure, WorkspaceRow


class Dataset(WorkspaceRow, InputFailure):
    """An uploaded table: the file as it came, and the Parquet facts that ingestion made of it."""

    class Status(models.TextChoices):
        INGESTING = "ingesting", "Reading"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    name = models.CharField(max_length=255)
    file_name = models.CharField(max_length=255)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.INGESTING)
    upload_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )
    table_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )
    # Of a file that is fetched from an address; without its query once that is done.
    source_url = models.CharField(max_length=2_000, blank=True)
    # What the user asked for instead of what was detected; "" means detect.
    asked_encoding = models.CharField(max_length=40, blank=True)
    asked_delimiter = models.CharField(max_length=4, blank=True)
    # {column name: type}, of automl.asked_types; columns that are not named are looked at.
    asked_types = models.JSONField(default=dict, blank=True)
    # Facts of the ingested table.
    file_format = models.CharField(max_length=10, blank=True)
    encoding = models.CharField(max_length=40, blank=True)
    delimiter = models.CharField(max_length=4, blank=True)
    n_rows = models.BigIntegerField(default=0)
    profiles = models.JSONField(default=list)
    preview = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    # For a shipped sample: what its makers say of licence and source.
    sample_note = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def shown_source(self) -> str:
        """Without its query, which is often what lets one in."""
        return self.source_url.partition("#")[0].partition("?")[0]

    @property
    def column_names(self) -> list[str]:
        return [profile["name"] for profile in self.profiles]


class FeatureFile(models.Model):
    """Vectors of the texts of one column, in dataset order, for all projects and trainings."""

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="feature_files")
    position = models.PositiveIntegerField()
    # Hash of the ingested table and of what made the vectors: equal key, equal numbers.
    key = models.CharField(max_length=64)
    # npy: (n_rows, n_dimensions) float16.
    file = models.ForeignKey("studio.StoredFile", models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "position", "key"], name="feature_file_unique"
            )
        ]

    def __str__(self) -> str:
        return f"column {self.position} {self.key[:7]}"
