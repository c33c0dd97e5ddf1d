"""What the protocol of the official client knows before the product does."""

from datetime import timedelta

from django.db import models

from studio.models.base import InputFailure, WorkspaceRow


class PredictionQuery(WorkspaceRow, InputFailure):
    """A batch that the client is about to bring: a result is made of it once it says so."""

    deployed_model = models.ForeignKey(
        "models_app.DeployedModel", models.CASCADE, related_name="prediction_queries"
    )
    # Swept unless a result claims it.
    upload_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )
    result = models.OneToOneField(
        "inference.InferenceResult", models.CASCADE, null=True, related_name="query"
    )

    class Meta(WorkspaceRow.Meta):
        verbose_name = "prediction query"

    def __str__(self) -> str:
        return self.hex_id


class Upload(WorkspaceRow, InputFailure):
    """A file that arrives in parts, until it is a dataset's."""

    class Status(models.TextChoices):
        RECEIVING = "receiving", "Receiving parts"
        RECEIVED = "received", "Waiting to be confirmed"
        CONFIRMED = "confirmed", "Confirmed"
        FAILED = "failed", "Failed"

    OPEN = (Status.RECEIVING, Status.RECEIVED)
    RECEIVE_WITHIN = timedelta(hours=24)
    CONFIRM_WITHIN = timedelta(hours=1)

    file_name = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RECEIVING)
    # What is not confirmed by then has failed; of a confirmed one, the parts go.
    expires_at = models.DateTimeField(db_index=True)
    dataset = models.ForeignKey(
        "studio.Dataset", models.CASCADE, null=True, related_name="client_uploads"
    )
    # Of the upload that S3 puts together; empty on a local disk.
    s3_upload_id = models.CharField(max_length=1_024, blank=True)

    def __str__(self) -> str:
        return self.file_name
