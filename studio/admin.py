from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.http import HttpRequest

from studio.admin_base import ReadOnlyAdmin, WorkspaceRowAdmin
from studio.api_keys import revoke_key
from studio.jobs import cancel_subject
from studio.models import (
    ApiKey,
    CandidateRun,
    Cleanset,
    Dataset,
    DecisionImport,
    Job,
    Membership,
    OutboxMessage,
    Project,
    StoredFile,
    User,
    Webhook,
    WebhookDelivery,
    Workspace,
)

admin.site.site_header = "Cleanset Studio operators"
admin.site.site_title = "Cleanset Studio"
admin.site.index_title = "Everything on this server"


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email",)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    add_form = NewUserForm
    ordering = ("email",)
    list_display = ("email", "name", "is_staff", "is_active", "date_joined", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "name")
    readonly_fields = ("date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "password", "name")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Times", {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)
    filter_horizontal = ("groups",)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            User.objects.create_personal_workspace(obj)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = (
        "name",
        "user",
        "prefix",
        "scope",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    list_filter = ("scope",)
    list_select_related = ("user",)
    ordering = ("-created_at",)
    exclude = ("key_hash",)
    search_fields = ("name", "prefix", "user__email")
    actions = ("revoke",)

    @admin.action(description="Revoke these keys")
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        for row in queryset:
            revoke_key(row)
        self.message_user(request, "Revoked; they no longer work.")


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Workspace)
class WorkspaceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "is_personal", "created_at")
    list_filter = ("is_personal",)
    search_fields = ("name",)
    inlines = (MembershipInline,)


@admin.register(Dataset)
class DatasetAdmin(WorkspaceRowAdmin):
    list_display = (
        "name",
        "workspace",
        "status",
        "n_rows",
        "error_code",
        "created_at",
        "deleted_at",
    )
    list_filter = ("status", "file_format")
    exclude = ("preview", "profiles", "source_url")
    search_fields = ("id", "name", "created_by__email")


@admin.register(Project)
class ProjectAdmin(WorkspaceRowAdmin):
    list_display = ("name", "workspace", "modality", "problem_type", "created_at", "deleted_at")
    list_filter = ("modality", "problem_type")
    search_fields = ("id", "name", "created_by__email")


@admin.register(Cleanset)
class CleansetAdmin(WorkspaceRowAdmin):
    list_display = (
        "project",
        "version",
        "status",
        "n_rows",
        "n_issues",
        "revision",
        "error_code",
        "created_at",
    )
    list_filter = ("status",)
    list_select_related = ("project", "workspace")
    exclude = ("classes",)
    search_fields = ("id", "project__name", "created_by__email")


@admin.register(DecisionImport)
class DecisionImportAdmin(WorkspaceRowAdmin):
    list_display = (
        "file_name",
        "cleanset",
        "status",
        "n_lines",
        "n_decided",
        "n_unfit",
        "error_code",
        "created_at",
    )
    list_filter = ("status",)
    list_select_related = ("cleanset__project", "workspace")
    exclude = ("problems",)
    search_fields = ("id", "file_name", "created_by__email")


@admin.register(CandidateRun)
class CandidateRunAdmin(ReadOnlyAdmin):
    list_display = ("family", "project", "status", "fit_seconds", "predict_seconds", "created_at")
    list_filter = ("status", "family")
    list_select_related = ("project",)
    ordering = ("-created_at",)
    exclude = ("classes",)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = (
        "kind",
        "state",
        "workspace",
        "step",
        "done",
        "total",
        "attempt",
        "crashes",
        "error_code",
        "created_at",
        "finished_at",
    )
    list_filter = ("state", "kind", "queue")
    list_select_related = ("workspace",)
    ordering = ("-created_at",)
    search_fields = ("id", "subject_id", "worker")
    actions = ("cancel",)

    @admin.action(description="Cancel the work on these rows")
    def cancel(self, request: HttpRequest, queryset: Any) -> None:
        for subject_id in set(queryset.values_list("subject_id", flat=True)):
            cancel_subject(subject_id)
        self.message_user(request, "Cancelled; running jobs stop with their next heartbeat.")


@admin.register(OutboxMessage)
class OutboxMessageAdmin(ReadOnlyAdmin):
    list_display = (
        "subject",
        "recipients",
        "state",
        "attempts",
        "last_error",
        "created_at",
        "sent_at",
    )
    list_filter = ("state",)
    ordering = ("-created_at",)
    exclude = ("html",)
    search_fields = ("subject",)


@admin.register(Webhook)
class WebhookAdmin(WorkspaceRowAdmin):
    list_display = (
        "id",
        "workspace",
        "is_active",
        "n_given_up",
        "last_tried_at",
        "last_error",
        "deleted_at",
    )
    list_filter = ("is_active",)
    # Addresses often hold a secret of the receiver's.
    exclude = ("secret",)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "webhook_id",
        "event",
        "state",
        "attempts",
        "last_status",
        "last_error",
        "created_at",
        "sent_at",
    )
    list_filter = ("state", "event")
    ordering = ("-created_at",)
    search_fields = ("id", "webhook__id")


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnlyAdmin):
    list_display = ("key", "workspace", "size_bytes", "created_at", "purge_after")
    list_select_related = ("workspace",)
    ordering = ("-created_at",)
    search_fields = ("key", "sha256")
