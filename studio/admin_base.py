"""What the operators' pages share: look at everything, change next to nothing."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that the product writes; operators read them. Deleted ones are shown too."""

    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.model._base_manager.get_queryset().order_by(*self.get_ordering(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class WorkspaceRowAdmin(ReadOnlyAdmin):
    """Rows of a workspace: newest first, found by id, name or account."""

    ordering = ("-created_at",)
    date_hierarchy = "created_at"
    list_select_related = ("workspace", "created_by")
    search_fields: ClassVar[list[str] | tuple[str, ...]] = ("id", "created_by__email")
