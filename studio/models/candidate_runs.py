import uuid

from django.db import models


class CandidateRun(models.Model):
    """One family cross-validated on one version of the labels, for all who need it."""

    class Status(models.TextChoices):
        PENDING = "pending"
        READY = "ready"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey("studio.Workspace", models.CASCADE, related_name="+")
    project = models.ForeignKey("studio.Project", models.CASCADE, related_name="candidate_runs")
    family = models.CharField(max_length=60)
    # Hash of features, folds, labels, family, seed and code version: equal key, equal numbers.
    key = models.CharField(max_length=64)
    # Parquet: row_id, label: the frozen labels that this run trained on.
    labels_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )
    # Parquet: row_id, p0..pk in the order of `classes`, float32.
    oof_file = models.ForeignKey("studio.StoredFile", models.SET_NULL, null=True, related_name="+")
    classes = models.JSONField(default=list)
    plan = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    fit_seconds = models.FloatField(default=0)
    predict_seconds = models.FloatField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="candidate_run_unique")
        ]

    def __str__(self) -> str:
        return f"{self.family} {self.key[:7]}"
