"""Rows of a cleanset: looked at, decided, tagged, and taken back."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Query, Router

from api.cleansets import ready_cleanset
from api.row_queries import to_query
from api.row_schemas import (
    MAX_ROWS,
    Changed,
    Row,
    RowDecided,
    RowFilters,
    RowsDecided,
    SentFilters,
    Tagged,
    Undo,
)
from api.schemas import Page, Paging, answers, fill_page, write_answers
from automl.errors import InputError
from studio.clean_top import clean_rows, clean_top
from studio.converters import parse_id
from studio.models import Cleanset, User
from studio.review import ReviewRow, read_rows
from studio.review_filters import find_place, find_places
from studio.tags import tag_rows
from studio.undo import last_standing_batch, undo_batch, undo_row

router = Router(tags=["rows"])
MAX_CELL_CHARS = 100_000


@router.get(
    "/{hex:cleanset_id}/rows", response=answers(Page[Row]), summary="List rows of a cleanset"
)
def list_rows(
    request: HttpRequest, cleanset_id: UUID, paging: Query[Paging], filters: Query[RowFilters]
) -> Any:
    """Worst first, unless another order is asked for."""
    cleanset = ready_cleanset(request, cleanset_id)
    end = paging.offset + paging.limit
    found = find_places(cleanset, to_query(cleanset, filters), first=end)
    rows = _read(cleanset, list(found.places[paging.offset : end]))
    return fill_page(rows, found.n_rows, paging)


@router.get("/{hex:cleanset_id}/rows/{int:row_id}", response=answers(Row), summary="One row")
def get_row(request: HttpRequest, cleanset_id: UUID, row_id: int) -> Any:
    return _read_one(ready_cleanset(request, cleanset_id), row_id)


@router.post(
    "/{hex:cleanset_id}/rows/{int:row_id}/decision",
    response=write_answers(Row),
    summary="Decide a row",
)
def decide_row(request: HttpRequest, cleanset_id: UUID, row_id: int, body: RowDecided) -> Any:
    """`auto-fix` takes the suggestion; where there is none an outlier is excluded, else kept."""
    cleanset = _row_to_write(request, cleanset_id, row_id)
    user, label = _user(request), body.written
    clean_rows(cleanset=cleanset, row_ids=[row_id], action=body.action, label=label, user=user)
    return _read_one(cleanset, row_id)


@router.post(
    "/{hex:cleanset_id}/rows/{int:row_id}/tag",
    response=write_answers(Row),
    summary="Tag a row as one that needs review, or take the tag away",
)
def tag_row(request: HttpRequest, cleanset_id: UUID, row_id: int, body: Tagged) -> Any:
    cleanset = _row_to_write(request, cleanset_id, row_id)
    wanted, user = body.needs_review, _user(request)
    tag_rows(cleanset=cleanset, row_ids=[row_id], is_tagged=wanted, user=user)
    return _read_one(cleanset, row_id)


@router.post(
    "/{hex:cleanset_id}/rows/{int:row_id}/undo",
    response=write_answers(Changed),
    summary="Take back what was last done to a row",
)
def undo_one(request: HttpRequest, cleanset_id: UUID, row_id: int) -> Any:
    cleanset = _row_to_write(request, cleanset_id, row_id)
    is_undone = undo_row(cleanset=cleanset, row_id=row_id, user=_user(request))
    return {"n_rows": int(is_undone)}


@router.post(
    "/{hex:cleanset_id}/decisions",
    response=write_answers(Changed),
    summary="Decide many rows at once",
)
def decide_rows(request: HttpRequest, cleanset_id: UUID, body: RowsDecided) -> Any:
    """Rows by their ids, decided before or not; or the first that filters let through, of which
    those that are decided stay as they are."""
    cleanset = ready_cleanset(request, cleanset_id, write=True)
    what: dict[str, Any] = {"action": body.action, "label": body.written, "user": _user(request)}
    if body.row_ids is not None:
        if body.first is not None or body.filters is not None:
            raise InputError("ROWS_TWICE", "Send either “row_ids”, or “filters” and “first”.")
        n_rows, batch_id = clean_rows(cleanset=cleanset, row_ids=body.row_ids, **what)
    else:
        query = to_query(cleanset, body.filters or SentFilters.model_validate({}))
        k = body.first or MAX_ROWS
        n_rows, batch_id = clean_top(cleanset=cleanset, query=query, k=k, **what)
    return {"n_rows": n_rows, "batch_id": batch_id if n_rows else None}


@router.post(
    "/{hex:cleanset_id}/undo", response=write_answers(Changed), summary="Take back a batch"
)
def undo(request: HttpRequest, cleanset_id: UUID, body: Undo) -> Any:
    """The latest that stands, or the one that is named; what was done to its rows since stays."""
    cleanset = ready_cleanset(request, cleanset_id, write=True)
    batch_id = parse_id(body.batch_id) if body.batch_id else last_standing_batch(cleanset)
    if batch_id is None:
        return {"n_rows": 0}
    n_rows = undo_batch(cleanset=cleanset, batch_id=batch_id, user=_user(request))
    return {"n_rows": n_rows}


def _row_to_write(request: HttpRequest, cleanset_id: UUID, row_id: int) -> Cleanset:
    cleanset = ready_cleanset(request, cleanset_id, write=True)
    if find_place(cleanset, row_id) is None:
        raise _no_row()
    return cleanset


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _no_row() -> Http404:
    return Http404("There is no row with this number in this version.")


def _read_one(cleanset: Cleanset, row_id: int) -> dict[str, Any]:
    place = find_place(cleanset, row_id)
    if place is None:
        raise _no_row()
    return _read(cleanset, [place])[0]


def _read(cleanset: Cleanset, places: list[int]) -> list[dict[str, Any]]:
    """With all columns of the dataset, whole."""
    positions = [profile["position"] for profile in cleanset.project.dataset.profiles]
    rows = read_rows(cleanset, places, positions=positions, max_chars=MAX_CELL_CHARS)
    return [_show(row) for row in rows]


def _show(row: ReviewRow) -> dict[str, Any]:
    return {
        "row_id": row.row_id,
        "cells": dict(row.cells),
        "given_label": row.given_label,
        "suggested_label": row.suggested_label,
        "issues": row.chips,
        "facts": row.facts,
        "decision": row.decision,
        "needs_review": row.needs_review,
    }
