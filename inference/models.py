from django.db import models

from studio.models.base import InputFailure, WorkspaceRow


class InferenceResult(WorkspaceRow, InputFailure):
    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        PREDICTING = "predicting", "Inferring"
        READY = "ready", "Ready for export"
        FAILED = "failed", "Failed"

    class AnsweredBy(models.TextChoices):
        """Of a model that has a serving ensemble, which of both made the predictions."""

        FULL = "full", "Full ensemble"
        SERVING = "serving", "Serving ensemble"

    deployed_model = models.ForeignKey(
        "models_app.DeployedModel", models.CASCADE, related_name="inference_results"
    )
    file_name = models.CharField(max_length=255)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED)
    upload_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )
    result_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )
    # The wish of who uploaded it, for files that would be answered by a serving ensemble.
    is_always_full = models.BooleanField(default=False)
    answered_by = models.CharField(
        max_length=7, choices=AnsweredBy.choices, default=AnsweredBy.FULL
    )
    n_rows = models.BigIntegerField(default=0)
    ignored_columns = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.file_name

    @property
    def export_name(self) -> str:
        """`<stem>_pred_probs.csv`, the name that users of the original know."""
        return f"{self.file_name.rsplit('.', 1)[0] or 'predictions'}_pred_probs.csv"
