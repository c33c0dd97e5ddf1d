import uuid

from django.db import models
from django.db.models import F, Q

from .base import InputFailure


class Job(InputFailure):
    """One piece of background work; its state is the truth, the queue only rings the bell."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        WAITING = "waiting", "Waiting for its parts"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"

    PENDING = (State.QUEUED, State.RUNNING, State.WAITING)
    FINAL = (State.SUCCEEDED, State.FAILED, State.CANCELLED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey("studio.Workspace", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    subject_id = models.UUIDField(db_index=True)
    queue = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    # 0: the first step; 1: the joining step, after all children are final.
    stage = models.PositiveSmallIntegerField(default=0)
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")
    attempt = models.PositiveIntegerField(default=0)
    crashes = models.PositiveIntegerField(default=0)
    token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    deadline_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    publish_count = models.PositiveIntegerField(default=0)
    step = models.CharField(max_length=100, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    stop_early_at = models.DateTimeField(null=True, blank=True)
    idempotency_key = models.CharField(max_length=100, null=True, blank=True, unique=True)
    worker = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "published_at"], name="job_state_published"),
            models.Index(fields=["state", "lease_until"], name="job_state_lease"),
            models.Index(fields=["workspace", "-created_at"], name="job_workspace_created"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=("queued", "running", "waiting", "succeeded", "failed", "cancelled")
                ),
                name="job_state_known",
            ),
            models.CheckConstraint(condition=Q(done__gte=0, total__gte=0), name="job_progress"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("created_at")),
                name="job_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id.hex[:7]} ({self.state})"

    @property
    def is_final(self) -> bool:
        return self.state in self.FINAL
