import uuid

from django.conf import settings
from django.db import models

from .base import InputFailure, WorkspaceRow
from .candidate_runs import CandidateRun


class Project(WorkspaceRow):
    class ProblemType(models.TextChoices):
        MULTI_CLASS = "multi-class", "Multi-class"
        MULTI_LABEL = "multi-label", "Multi-label"
        REGRESSION = "regression", "Regression"
        UNSUPERVISED = "unsupervised", "Unsupervised"

    class Modality(models.TextChoices):
        TEXT = "text", "Text"
        TABULAR = "tabular", "Tabular"

    class Preset(models.TextChoices):
        FAST = "fast", "Fast"
        REGULAR = "regular", "Regular"
        BEST = "best", "Best"

    dataset = models.ForeignKey("studio.Dataset", models.CASCADE, related_name="projects")
    name = models.CharField(max_length=100)
    problem_type = models.CharField(max_length=12, choices=ProblemType.choices)
    modality = models.CharField(max_length=10, choices=Modality.choices)
    preset = models.CharField(max_length=10, choices=Preset.choices, default=Preset.REGULAR)
    # "" where there are no labels.
    label_column = models.CharField(max_length=255, blank=True)
    # Columns that the model reads: [{"name", "kind", "position"}], as automl's Schema writes them.
    feature_schema = models.JSONField(default=list)
    seed = models.PositiveIntegerField(default=0)
    warnings = models.JSONField(default=list)
    # What can be said of each dataset row without its label, made once (automl/issues/rows.py).
    row_facts_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )
    # Fold of each dataset row, made once by the first analysis.
    folds_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return self.name

    @property
    def has_classes(self) -> bool:
        """Whether labels are classes or sets of them: not numbers, and not missing altogether."""
        return self.problem_type in {self.ProblemType.MULTI_CLASS, self.ProblemType.MULTI_LABEL}

    @property
    def has_labels(self) -> bool:
        return self.problem_type != self.ProblemType.UNSUPERVISED

    @property
    def label_position(self) -> int:
        """Of the label column among those of the dataset."""
        profiles = self.dataset.profiles
        return next(p["position"] for p in profiles if p["name"] == self.label_column)

    @property
    def latest_cleanset(self) -> "Cleanset":
        """The newest version; costs no query where `cleansets` was prefetched."""
        return max(self.cleansets.all(), key=lambda cleanset: cleanset.version)


class Cleanset(WorkspaceRow, InputFailure):
    """One version of a project's data: the facts of its analysis and the decisions on its rows."""

    class Status(models.TextChoices):
        ANALYZING = "analyzing", "Finding issues"
        READY = "ready", "Ready for review"
        FAILED = "failed", "Failed"

    project = models.ForeignKey(Project, models.CASCADE, related_name="cleansets")
    version = models.PositiveIntegerField(default=1)
    # The version whose decisions this one starts from; none: the dataset as it is.
    previous = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ANALYZING)
    # Bumped with every decision; caches, freezes and undo hang on it.
    revision = models.PositiveBigIntegerField(default=0)
    # Parquet, one row a dataset row, sorted by falling issue score (see docs/data-flow.md).
    issues_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )
    pred_probs_file = models.ForeignKey(
        "studio.StoredFile", models.SET_NULL, null=True, related_name="+"
    )
    classes = models.JSONField(default=list)
    n_rows = models.BigIntegerField(default=0)
    n_issues = models.BigIntegerField(default=0)
    n_unlabelled = models.BigIntegerField(default=0)
    # How many rows each flag of the issues file is set for.
    flag_counts = models.JSONField(default=dict)
    # Which out-of-fold probabilities found the issues, and how good they were on the given labels.
    source = models.JSONField(default=dict)

    class Meta(WorkspaceRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["project", "version"], name="cleanset_version_unique")
        ]

    def __str__(self) -> str:
        return f"{self.project} v{self.version}"

    @property
    def is_current(self) -> bool:
        """Whether it can be decided on: no newer version has replaced it."""
        newer = Cleanset.objects.filter(project=self.project_id, version__gt=self.version)
        return not newer.exclude(status=Cleanset.Status.FAILED).exists()

    def find_ready_runs(self) -> models.QuerySet[CandidateRun]:
        """What its analysis may rest on so far."""
        keys = self.source.get("runs", [])
        return CandidateRun.objects.filter(pk__in=keys, status=CandidateRun.Status.READY)


class RowDecision(models.Model):
    """What a person decided for one row: the current state, one line a decided row."""

    class Action(models.TextChoices):
        KEEP = "keep", "Keep"
        AUTO_FIX = "auto-fix", "Auto-fix"
        LABEL = "label", "Label"
        EXCLUDE = "exclude", "Exclude"

    cleanset = models.ForeignKey(Cleanset, models.CASCADE, related_name="decisions")
    row_id = models.BigIntegerField()
    action = models.CharField(max_length=10, choices=Action.choices)
    corrected_label = models.TextField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cleanset", "row_id"], name="decision_row_unique")
        ]

    def __str__(self) -> str:
        return f"row {self.row_id + 1}: {self.action}"


class RowTag(models.Model):
    """A row that somebody wants to be looked at again; beside its decision, not instead of it."""

    cleanset = models.ForeignKey(Cleanset, models.CASCADE, related_name="tags")
    row_id = models.BigIntegerField()
    tagged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    tagged_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cleanset", "row_id"], name="tag_row_unique")
        ]

    def __str__(self) -> str:
        return f"row {self.row_id + 1} needs review"


class DecisionEvent(models.Model):
    """Append-only history of decisions and tags; a batch is undone as one."""

    class Kind(models.TextChoices):
        DECISION = "decision"
        # Its action is `TAGGED` or "".
        TAG = "tag"

    TAGGED = "tagged"

    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.DECISION)
    cleanset = models.ForeignKey(Cleanset, models.CASCADE, related_name="events")
    batch_id = models.UUIDField(default=uuid.uuid4, db_index=True)
    revision = models.PositiveBigIntegerField()
    row_id = models.BigIntegerField()
    # "" stands for "undecided" on both sides.
    old_action = models.CharField(max_length=10, blank=True)
    old_label = models.TextField(null=True, blank=True)
    new_action = models.CharField(max_length=10, blank=True)
    new_label = models.TextField(null=True, blank=True)
    is_undo = models.BooleanField(default=False)
    # The batch of the decision that an undo took back.
    undoes = models.UUIDField(null=True, blank=True, db_index=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["cleanset", "row_id", "-id"], name="event_cleanset_row")]

    def __str__(self) -> str:
        return f"row {self.row_id + 1}: {self.old_action or '-'} to {self.new_action or '-'}"
