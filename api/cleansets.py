from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Status

from api.cleanset_schemas import CleansetDetails, HistoryLine
from api.schemas import Page, Paging, answers, fill_page, write_answers
from automl.errors import InputError
from studio.access import cleanset_for
from studio.history import describe, list_batches
from studio.models import Cleanset, User
from studio.versions import create_version

router = Router(tags=["cleansets"])


def ready_cleanset(request: HttpRequest, cleanset_id: UUID, *, write: bool = False) -> Cleanset:
    cleanset = cleanset_for(request.user, cleanset_id, write=write)
    if cleanset.status != Cleanset.Status.READY:
        raise InputError("NOT_READY", "The issues of this cleanset are not found yet.")
    return cleanset


@router.get("/{hex:cleanset_id}", response=answers(CleansetDetails), summary="One cleanset")
def get_cleanset(request: HttpRequest, cleanset_id: UUID) -> Any:
    """One version of a project: what was found, and how much of it was decided."""
    return cleanset_for(request.user, cleanset_id)


@router.get(
    "/{hex:cleanset_id}/history",
    response=answers(Page[HistoryLine]),
    summary="Who decided what, newest first",
)
def list_history(request: HttpRequest, cleanset_id: UUID, paging: Query[Paging]) -> Any:
    cleanset = cleanset_for(request.user, cleanset_id)
    batches = list_batches(cleanset)
    wanted = list(batches[paging.offset : paging.offset + paging.limit])
    return fill_page(describe(cleanset, wanted), batches.count(), paging)


@router.post(
    "/{hex:cleanset_id}/versions",
    response=write_answers(CleansetDetails, status=201),
    summary="Find issues anew, in the corrected data",
)
def make_version(request: HttpRequest, cleanset_id: UUID) -> Any:
    """Corrections become given labels, excluded rows leave; this version can then only be read."""
    cleanset = ready_cleanset(request, cleanset_id, write=True)
    assert isinstance(request.user, User)
    return Status(201, create_version(cleanset=cleanset, user=request.user))
