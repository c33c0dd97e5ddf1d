from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from models_app.models import CandidateModel, DeployedModel
from studio.admin_base import ReadOnlyAdmin, WorkspaceRowAdmin

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


@admin.register(CandidateModel)
class CandidateModelAdmin(ReadOnlyAdmin):
    list_display = ("deployed_model", *FIGURES)
    list_filter = ("status", "role", "family")
    list_select_related = ("deployed_model",)
    ordering = ("-deployed_model__created_at", "title")
