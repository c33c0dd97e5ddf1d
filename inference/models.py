import uuid
from typing import Any

from django.db import models

from studio.models.base import InputFailure, WorkspaceRow

CLIENT_CSV = {"encoding": "utf-8", "delimiter": ",", "ignores_nameless": True}


class InferenceResult(WorkspaceRow, InputFailure):
    class Status(models.TextChoices):
        CHECKING = "checking", "Reading the file"
        CHECKED = "checked", "Waiting for you"
        QUEUED = "queued", "Queued"
        PREDICTING = "predicting", "Inferring"
        READY = "ready", "Ready for export"
        FAILED = "failed", "Failed"

    # Something is being done, or will be without anybody doing anything.
    PENDING = (Status.CHECKING, Status.QUEUED, Status.PREDICTING)

    class AnsweredBy(models.TextChoices):
        """Of a model that has a serving ensemble, which of both made the predictions."""

        FULL = "full", "Full ensemble"
        SERVING = "serving", "Serving ensemble"

    deployed_model = models.ForeignKey(
        "models_app.DeployedModel", models.CASCADE, related_name="inference_results"
    )
    file_name = models.CharField(max_length=255)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED)
    # The file as it came; gone once it is read.
    upload_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )
    # Parquet: all columns of the file as text, c0.., in its order.
    table_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )
    # Parquet, a row a row: p0.. in the order of the model's classes, label, warning.
    result_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )
    # Made by the official client: commas between cells; a column without a name is the index of a
    # DataFrame, whatever it holds.
    is_from_client = models.BooleanField(default=False)
    # Whether somebody looks at what the check found before anything is predicted.
    asks_first = models.BooleanField(default=False)
    column_names = models.JSONField(default=list)
    # Position in the file of each feature, in the order of the model's schema; none: missing.
    positions = models.JSONField(default=list)
    # The wish of who uploaded it, for files that would be answered by a serving ensemble.
    is_always_full = models.BooleanField(default=False)
    answered_by = models.CharField(
        max_length=7, choices=AnsweredBy.choices, default=AnsweredBy.FULL
    )
    n_rows = models.BigIntegerField(default=0)
    # Of the file, where each row is one line of it; none: rows are told by their number.
    first_line = models.PositiveIntegerField(null=True, blank=True)
    ignored_columns = models.JSONField(default=list)
    # Of a column with the labels themselves, if the file has one; predictions are compared with it.
    label_position = models.PositiveIntegerField(null=True, blank=True)
    warnings = models.JSONField(default=list)
    # What came out, counted: label mix, and of labelled files how many are right.
    facts = models.JSONField(default=dict)
    # JSON, of labelled files: as Model Details has it of held-out rows (automl/evaluation.py).
    evaluation_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.file_name

    @property
    def stem(self) -> str:
        return self.file_name.rsplit(".", 1)[0] or "predictions"

    @property
    def csv_options(self) -> dict[str, Any]:
        """Of `open_table`: what is known of the file before it is looked at."""
        return CLIENT_CSV if self.is_from_client else {}


class PredictionSlice(models.Model):
    """Some rows of a large file, predicted by a job of their own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    result = models.ForeignKey(InferenceResult, models.CASCADE, related_name="slices")
    number = models.PositiveIntegerField()
    first_row = models.BigIntegerField()
    n_rows = models.BigIntegerField()
    # As `result_file`, for these rows; gone once all are joined.
    file = models.ForeignKey("studio.StoredFile", models.SET_NULL, null=True, related_name="+")
    # What was noticed in its rows, counted (automl/prediction_table.py).
    found = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["result", "number"], name="prediction_slice_unique")
        ]

    def __str__(self) -> str:
        return f"{self.result} {self.number}"


class ColumnMapping(models.Model):
    """Under which names a model's columns were found last, where these differ from its own."""

    deployed_model = models.OneToOneField(
        "models_app.DeployedModel", models.CASCADE, related_name="column_mapping"
    )
    # Name in the file by name of the feature; null: not in the file.
    names = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"columns of {self.deployed_model}"
