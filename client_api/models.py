"""What the protocol of the official client knows before the product does."""

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
