"""Request side: one action for many rows at once, the first K of those shown or those ticked."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

import pyarrow.compute as pc
from django.db import transaction

from automl.arrow_arrays import make_integer_array
from studio.decisions import (
    NEEDS_NO_REVIEW,
    NEEDS_REVIEW,
    Action,
    Change,
    apply_changes,
    check_label,
)
from studio.files import local_path
from studio.models import Cleanset, User
from studio.parquet_reading import read_columns
from studio.review import read_row
from studio.review_filters import find_places, known_columns, to_places
from studio.review_query import ReviewQuery
from studio.tags import tag_rows

FACTS = ("row_id", "suggested_label", "is_outlier")
Fact = dict[str, Any]


def clean_top(
    *,
    cleanset: Cleanset,
    query: ReviewQuery,
    k: int,
    action: str,
    user: User,
    label: str | None = None,
) -> tuple[int, UUID | None]:
    """How many of the first rows shown were decided, and the batch to undo them by; decided rows
    stay as they are."""
    with transaction.atomic():
        Cleanset.objects.select_for_update().get(pk=cleanset.pk)
        places = find_places(cleanset, query).places
        facts = _first_open(cleanset, _read_facts(cleanset, places), k, action)
        return _apply(cleanset, facts, action, label, user)


def clean_rows(
    *,
    cleanset: Cleanset,
    row_ids: Iterable[int],
    action: str,
    user: User,
    label: str | None = None,
) -> tuple[int, UUID | None]:
    """The same for rows that somebody picked, decided before or not; others than this version's
    are left out."""
    assert cleanset.issues_file is not None
    index = read_columns(local_path(cleanset.issues_file), ["row_id"]).column("row_id")
    places = to_places(pc.is_in(index, make_integer_array(row_ids)))
    return _apply(cleanset, _read_facts(cleanset, places), action, label, user)


def auto_fix_row(cleanset: Cleanset, row_id: int) -> Change:
    """What auto-fix does to one row."""
    row = read_row(cleanset, row_id)
    assert row is not None
    return _auto_fix(row.facts)


def _apply(
    cleanset: Cleanset, facts: Iterable[Fact], action: str, label: str | None, user: User
) -> tuple[int, UUID | None]:
    if action in {NEEDS_REVIEW, NEEDS_NO_REVIEW}:
        row_ids = [fact["row_id"] for fact in facts]
        is_tagged = action == NEEDS_REVIEW
        return tag_rows(cleanset=cleanset, row_ids=row_ids, is_tagged=is_tagged, user=user)
    if action == Action.AUTO_FIX:
        changes = [_auto_fix(fact) for fact in facts]
    else:
        label = check_label(cleanset, action, label)
        changes = [Change(fact["row_id"], action, label) for fact in facts]
    if not changes:
        return 0, None
    return len(changes), apply_changes(cleanset=cleanset, changes=changes, user=user)


def _auto_fix(fact: Fact) -> Change:
    """The suggestion where there is one; else an outlier is excluded and any other row kept."""
    suggested = fact.get("suggested_label")
    if suggested is not None:
        return Change(fact["row_id"], Action.AUTO_FIX, suggested)
    is_outlier = fact.get("is_outlier")
    return Change(fact["row_id"], Action.EXCLUDE if is_outlier else Action.KEEP)


def _first_open(cleanset: Cleanset, facts: Iterable[Fact], k: int, action: str) -> Iterator[Fact]:
    """The first K that the action has something to do for: undecided, or not tagged so yet."""
    tagged = cleanset.tags.values_list("row_id", flat=True)
    if action == NEEDS_NO_REVIEW:
        wanted = set(tagged)
        chosen = (fact for fact in facts if fact["row_id"] in wanted)
    else:
        rows = (
            tagged
            if action == NEEDS_REVIEW
            else cleanset.decisions.values_list("row_id", flat=True)
        )
        done = set(rows)
        chosen = (fact for fact in facts if fact["row_id"] not in done)
    for n_made, fact in enumerate(chosen):
        if n_made == k:
            return
        yield fact


def _read_facts(cleanset: Cleanset, places: Sequence[int]) -> Iterator[Fact]:
    assert cleanset.issues_file is not None
    columns = [name for name in FACTS if name in known_columns(cleanset)]
    facts = read_columns(local_path(cleanset.issues_file), columns)
    for batch in facts.take(make_integer_array(places)).to_batches(max_chunksize=10_000):
        yield from batch.to_pylist()
