from django.contrib import admin

from client_api.models import PredictionQuery, Upload
from studio.admin_base import WorkspaceRowAdmin


@admin.register(Upload)
class UploadAdmin(WorkspaceRowAdmin):
    list_display = (
        "file_name",
        "workspace",
        "status",
        "size_bytes",
        "error_code",
        "created_at",
        "expires_at",
    )
    list_filter = ("status",)
    exclude = ("s3_upload_id",)
    search_fields = ("id", "file_name", "created_by__email")


@admin.register(PredictionQuery)
class PredictionQueryAdmin(WorkspaceRowAdmin):
    list_display = ("id", "workspace", "deployed_model", "error_code", "created_at", "purge_after")
    list_select_related = ("workspace", "deployed_model")
