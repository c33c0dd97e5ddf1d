import uuid

from django.db import models

from studio.models.base import InputFailure, WorkspaceRow


class DeployedModel(WorkspaceRow, InputFailure):
    class Status(models.TextChoices):
        INITIALIZING = "INITIALIZING", "Initializing"
        TRAINING = "TRAINING", "Training"
        TRAINED = "TRAINED", "Trained"
        FAILED = "FAILED", "Failed"

    class Decision(models.TextChoices):
        """What suggested labels are meant to be good at (automl/decision_rules.py)."""

        MOST_LIKELY = "most-likely", "Most likely"
        BALANCED = "balanced", "Balanced"
        THRESHOLD = "threshold", "Threshold"

    cleanset = models.ForeignKey("studio.Cleanset", models.CASCADE, related_name="deployed_models")
    name = models.CharField(max_length=100)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.INITIALIZING)
    preset = models.CharField(max_length=10)
    # Candidates that are not ready by then are left out; none: by preset and rows.
    time_limit_minutes = models.PositiveIntegerField(null=True, blank=True)
    # The frozen copy that it is trained on: Parquet row_id, label; features are the dataset's.
    training_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )
    cleanset_revision = models.PositiveBigIntegerField(default=0)
    n_rows = models.BigIntegerField(default=0)
    n_corrected = models.BigIntegerField(default=0)
    n_excluded = models.BigIntegerField(default=0)
    classes = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    predictor_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )
    # JSON: what held-out predictions say about the deployed candidate (automl/evaluation.py).
    evaluation_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decision = models.CharField(
        max_length=11, choices=Decision.choices, default=Decision.MOST_LIKELY
    )
    # Of two classes, the second one is suggested from this probability.
    decision_threshold = models.FloatField(null=True, blank=True)
    # What the decision came to (automl/decision_rules.py); the gain over the original labels.
    rule = models.JSONField(null=True, blank=True)
    gain = models.JSONField(null=True, blank=True)
    retrained_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="retrainings"
    )
    trained_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Verification(WorkspaceRow, InputFailure):
    """A trained model trained once more from its stored facts, and compared with itself."""

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    class Result(models.TextChoices):
        IDENTICAL = "identical", "Identical"
        EQUAL = "equal", "Equal predictions"
        DIFFERENT = "different", "Different"

    deployed_model = models.ForeignKey(DeployedModel, models.CASCADE, related_name="verifications")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    result = models.CharField(max_length=10, choices=Result.choices, blank=True)
    # Hashes, the largest difference, what each candidate differs by (models_app/replaying.py).
    facts = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.deployed_model_id.hex[:7]} {self.result or self.status}"


class CandidateModel(models.Model):
    """One line of Model Details: a trained family, their ensemble, or a baseline."""

    class Role(models.TextChoices):
        FAMILY = "family", "Family"
        ENSEMBLE = "ensemble", "Ensemble"
        BASELINE = "baseline", "Baseline"

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deployed_model = models.ForeignKey(DeployedModel, models.CASCADE, related_name="candidates")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.FAMILY)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    family = models.CharField(max_length=60)
    title = models.CharField(max_length=100)
    held_out_run = models.ForeignKey(
        "studio.CandidateRun", models.SET_NULL, null=True, related_name="+"
    )
    original_run = models.ForeignKey(
        "studio.CandidateRun", models.SET_NULL, null=True, related_name="+"
    )
    # The estimator refitted on all rows, a zip without pickle; joined into the predictor.
    member_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )
    refit_seconds = models.FloatField(default=0)
    # What it was thought to take, before it began; for what is shown while it trains.
    estimated_seconds = models.FloatField(default=0)
    is_deployed = models.BooleanField(default=False)
    is_tied = models.BooleanField(default=False)
    ensemble_weight = models.FloatField(null=True, blank=True)
    held_out_accuracy = models.FloatField(null=True, blank=True)
    held_out_low = models.FloatField(null=True, blank=True)
    held_out_high = models.FloatField(null=True, blank=True)
    original_accuracy = models.FloatField(null=True, blank=True)
    # Scored on the original labels: kept beside the honest figure and named as such.
    naive_original_accuracy = models.FloatField(null=True, blank=True)
    inference_seconds = models.FloatField(null=True, blank=True)
    training_seconds = models.FloatField(null=True, blank=True)
    metrics = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deployed_model", "family"], name="candidate_unique")
        ]

    def __str__(self) -> str:
        return self.title
