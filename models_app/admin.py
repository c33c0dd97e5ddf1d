from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest

from models_app.models import CandidateModel, DeployedModel, Verification
from models_app.verification import start_verification
from studio.admin_base import ReadOnlyAdmin, WorkspaceRowAdmin
from studio.models import User

FIGURES = (
    "title",
    "role",
    "status",
    "is_deployed",
    "held_out_accuracy",
    "original_accuracy",
    "inference_seconds",
    "training_seconds",
)


class CandidateInline(admin.TabularInline):  # type: ignore[type-arg]
    model = CandidateModel
    fields = readonly_fields = FIGURES
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(DeployedModel)
class DeployedModelAdmin(WorkspaceRowAdmin):
    list_display = (
        "name",
        "workspace",
        "status",
        "n_rows",
        "error_code",
        "created_at",
        "trained_at",
        "deleted_at",
    )
    list_filter = ("status",)
    search_fields = ("id", "name", "created_by__email")
    exclude = ("classes",)
    inlines = (CandidateInline,)
    actions = ("verify",)

    @admin.action(description="Re-run these models to verify them")
    def verify(self, request: HttpRequest, queryset: Any) -> None:
        trained = queryset.filter(status=DeployedModel.Status.TRAINED, deleted_at__isnull=True)
        for model in trained:
            start_verification(user=cast(User, request.user), model=model)
        self.message_user(
            request, f"Started for {len(trained)}; models that are not trained aside."
        )


@admin.register(Verification)
class VerificationAdmin(WorkspaceRowAdmin):
    list_display = (
        "deployed_model",
        "workspace",
        "status",
        "result",
        "error_code",
        "created_at",
        "finished_at",
    )
    list_filter = ("status", "result")
    list_select_related = ("deployed_model", "workspace")
    search_fields = ("id", "deployed_model__id", "deployed_model__name")


@admin.register(CandidateModel)
class CandidateModelAdmin(ReadOnlyAdmin):
    list_display = ("deployed_model", *FIGURES)
    list_filter = ("status", "role", "family")
    list_select_related = ("deployed_model",)
    ordering = ("-deployed_model__created_at", "title")
