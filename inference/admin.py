from django.contrib import admin

from inference.models import InferenceResult
from studio.admin_base import WorkspaceRowAdmin


@admin.register(InferenceResult)
class InferenceResultAdmin(WorkspaceRowAdmin):
    list_display = (
        "file_name",
        "deployed_model",
        "workspace",
        "status",
        "n_rows",
        "error_code",
        "created_at",
        "deleted_at",
    )
    list_filter = ("status",)
    list_select_related = ("deployed_model", "workspace")
    search_fields = ("id", "file_name", "created_by__email")
