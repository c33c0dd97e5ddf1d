"""Deleting: the row hides at once; after its grace period the rows and their bytes go."""

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from studio.files import purge_files_later
from studio.jobs import cancel_subject
from studio.models import StoredFile
from studio.models.base import WorkspaceRow

PURGED_AT_ONCE = 50


@transaction.atomic
def delete_row(row: WorkspaceRow) -> None:
    """Hide a row and everything below it, and stop the work on them."""
    now = timezone.now()
    purge_after = now + timedelta(days=settings.DELETED_GRACE_DAYS)
    for below in _with_descendants(row):
        if isinstance(below, WorkspaceRow):
            manager = type(below).all_objects
            manager.filter(pk=below.pk, deleted_at__isnull=True).update(
                deleted_at=now, purge_after=purge_after
            )
        cancel_subject(below.pk)


def purge_deleted() -> None:
    for row_class in _row_classes():
        due = row_class.all_objects.filter(purge_after__lte=timezone.now())
        for row in due[:PURGED_AT_ONCE]:
            _purge(row)


@transaction.atomic
def _purge(row: WorkspaceRow) -> None:
    files = [stored for below in _with_descendants(row) for stored in _files_of(below)]
    purge_files_later(files)
    type(row).all_objects.filter(pk=row.pk).delete()


def _row_classes() -> list[type[WorkspaceRow]]:
    return [model for model in apps.get_models() if issubclass(model, WorkspaceRow)]


def _with_descendants(row: models.Model) -> list[Any]:
    """The row and all that a cascade takes with it and that has files or jobs of its own."""
    found: list[Any] = [row]
    for relation in row._meta.related_objects:
        child_class = relation.related_model
        if relation.on_delete is models.CASCADE and _owns_files(child_class):
            for child in child_class._base_manager.filter(**{relation.field.name: row}):
                found.extend(_with_descendants(child))
    return found


def _owns_files(row_class: Any) -> bool:
    return any(field.related_model is StoredFile for field in row_class._meta.concrete_fields) or (
        issubclass(row_class, WorkspaceRow)
    )


def _files_of(row: models.Model) -> list[StoredFile]:
    return [
        stored
        for field in row._meta.concrete_fields
        if field.related_model is StoredFile and (stored := getattr(row, field.name)) is not None
    ]
