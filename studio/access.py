"""The only way from an id in a request to a row of this app: what is not yours is not there."""

from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from studio.models import (
    Cleanset,
    Dataset,
    DecisionImport,
    Job,
    Membership,
    Project,
    Role,
    User,
    Workspace,
)
from studio.models.base import WorkspaceRow

Row = TypeVar("Row", bound=WorkspaceRow)
AnyUser = User | AnonymousUser

WRITERS = (Role.OWNER, Role.EDITOR)
# Anonymous visitors have no id; this one is nobody's.
NOBODY = UUID(int=0)


def rows_for(row_class: type[Row], user: AnyUser) -> "QuerySet[Row]":
    """All live rows of the workspaces that the user is a member of."""
    return row_class.objects.filter(workspace_id__in=_workspaces_of(user))


def jobs_for(user: AnyUser) -> "QuerySet[Job]":
    """The work on rows of these workspaces, deleted ones among them."""
    return Job.objects.filter(workspace_id__in=_workspaces_of(user))


def _workspaces_of(user: AnyUser) -> Any:
    return Membership.objects.filter(user_id=user.pk or NOBODY).values("workspace_id")


def row_for(
    row_class: type[Row],
    user: AnyUser,
    row_id: UUID,
    *,
    write: bool = False,
    related: tuple[str, ...] = (),
    only: tuple[str, ...] = (),
) -> Row:
    """The row, or 404 as for one that does not exist; a viewer who writes is refused with 403.

    `related` rows are read with it; of all `only` those fields, if any are named.
    """
    rows = rows_for(row_class, user).select_related("workspace", *related)
    rows = rows.only("workspace__id", *only) if only else rows
    row = rows.filter(pk=row_id).first()
    if row is None:
        raise Http404(f"There is no {row_class._meta.verbose_name} with this address.")
    if write:
        require_writer(user, row.workspace)
    return row


def require_writer(user: AnyUser, workspace: Workspace) -> None:
    if not can_write(user, workspace):
        raise PermissionDenied("You may look at this workspace, but not change it.")


def can_write(user: AnyUser, workspace: Workspace) -> bool:
    roles: Any = Membership.objects.filter(user_id=user.pk or NOBODY, workspace=workspace)
    return bool(roles.filter(role__in=WRITERS).exists())


def workspace_for(user: AnyUser) -> Workspace:
    """Where new rows of this user go: the personal workspace."""
    return Workspace.objects.get(is_personal=True, memberships__user_id=user.pk or NOBODY)


def dataset_for(user: AnyUser, dataset_id: UUID, *, write: bool = False) -> Dataset:
    return row_for(Dataset, user, dataset_id, write=write)


def project_for(user: AnyUser, project_id: UUID, *, write: bool = False) -> Project:
    return row_for(Project, user, project_id, write=write)


def cleanset_for(user: AnyUser, cleanset_id: UUID, *, write: bool = False) -> Cleanset:
    return row_for(Cleanset, user, cleanset_id, write=write)


def ready_cleanset_for(user: AnyUser, cleanset_id: UUID, *, write: bool = False) -> Cleanset:
    """One that is analysed; the others have no rows to look at or to decide."""
    cleanset = cleanset_for(user, cleanset_id, write=write)
    if cleanset.status != Cleanset.Status.READY:
        raise Http404("This cleanset is not ready yet.")
    return cleanset


def import_for(user: AnyUser, import_id: UUID, *, write: bool = False) -> DecisionImport:
    return row_for(DecisionImport, user, import_id, write=write)
