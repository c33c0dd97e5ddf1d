"""Request side: taking back what was decided or tagged, of a row or of a whole batch."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Min, QuerySet

from studio.decisions import ROWS_A_QUERY, Change, apply_changes, check_open, of_rows
from studio.models import Cleanset, DecisionEvent, User
from studio.tags import tag_rows

Kind = DecisionEvent.Kind
OF_UNDO = ("id", "row_id", "old_action", "old_label")
# How far back there is something to undo by one button.
BATCHES_LOOKED_AT = 50


@transaction.atomic
def undo_row(*, cleanset: Cleanset, row_id: int, user: User) -> bool:
    """Bring back what the row was before what was last done to it; False if there is nothing."""
    check_open(Cleanset.objects.select_for_update().get(pk=cleanset.pk))
    event = _undoable(cleanset, row_id)
    if event is None:
        return False
    if event.kind == Kind.TAG:
        _take_tags_back(cleanset, iter([row_id]), event.old_action, user, event.batch_id)
    else:
        change = Change(row_id, event.old_action, event.old_label)
        apply_changes(cleanset=cleanset, changes=[change], user=user, undoes=event.batch_id)
    return True


@transaction.atomic
def undo_batch(*, cleanset: Cleanset, batch_id: UUID, user: User) -> int:
    """Undo what a batch did, except to rows to which the same was done again since.

    The answer is how many rows are as they were before.
    """
    check_open(Cleanset.objects.select_for_update().get(pk=cleanset.pk))
    decided = _standing(cleanset, batch_id, Kind.DECISION)
    undo = _take_decisions_back(cleanset, decided, user, batch_id)
    tagged = _standing(cleanset, batch_id, Kind.TAG)
    first = next(tagged, None)
    if first is not None:
        rows = (row_id for row_id, *_ in chain([first], tagged))
        undo = _take_tags_back(cleanset, rows, first[1], user, batch_id, undo)
    if undo is None:
        return 0
    return DecisionEvent.objects.filter(batch_id=undo).values("row_id").distinct().count()


def last_standing_batch(cleanset: Cleanset) -> UUID | None:
    """The latest batch of which something is left to undo.

    Batches after it have been taken back whole, so what is left of it is what its rows are now.
    """
    events = DecisionEvent.objects.filter(cleanset=cleanset)
    decided = events.filter(is_undo=False).order_by("-id")
    newest = decided.first()
    for _ in range(BATCHES_LOOKED_AT):
        if newest is None:
            return None
        if is_standing(cleanset, newest.batch_id):
            return newest.batch_id
        batch = events.filter(batch_id=newest.batch_id)
        newest = decided.filter(id__lt=batch.aggregate(first=Min("id"))["first"]).first()
    return None


def is_standing(cleanset: Cleanset, batch_id: UUID) -> bool:
    """Whether undo has left something of a batch."""
    events = DecisionEvent.objects.filter(cleanset=cleanset)
    undone = events.filter(undoes=batch_id)
    # Mostly nothing was, and counting what there is takes long of a large batch.
    return not undone.exists() or undone.count() < events.filter(batch_id=batch_id).count()


def _take_decisions_back(
    cleanset: Cleanset, rows: Iterator[tuple[Any, ...]], user: User, batch_id: UUID
) -> UUID | None:
    first = next(rows, None)
    if first is None:
        return None
    changes = (Change(*row) for row in chain([first], rows))
    return apply_changes(cleanset=cleanset, changes=changes, user=user, undoes=batch_id)


def _take_tags_back(
    cleanset: Cleanset,
    row_ids: Iterator[int],
    before: str,
    user: User,
    batch_id: UUID,
    undo: UUID | None = None,
) -> UUID:
    """A batch gave the tag to all of its rows, or took it from all."""
    _, undo = tag_rows(
        cleanset=cleanset,
        row_ids=row_ids,
        is_tagged=before == DecisionEvent.TAGGED,
        user=user,
        batch_id=undo,
        undoes=batch_id,
    )
    return undo


def _undoable(cleanset: Cleanset, row_id: int) -> DecisionEvent | None:
    """The last event that no undo has taken back yet: each undo uses up one of its kind."""
    undone: Counter[str] = Counter()
    events = DecisionEvent.objects.filter(cleanset=cleanset, row_id=row_id).order_by("-id")
    for event in events.iterator(chunk_size=100):
        if event.is_undo:
            undone[event.kind] += 1
        elif undone[event.kind]:
            undone[event.kind] -= 1
        else:
            return event
    return None


def _standing(cleanset: Cleanset, batch_id: UUID, kind: str) -> Iterator[tuple[Any, ...]]:
    """Row id, action and label before a batch, of its rows where it is what they are now.

    That is where each event of this kind since then was taken back. Equal states do not mean the
    same decision: somebody may have given the same answer again.
    """
    history = DecisionEvent.objects.filter(cleanset=cleanset, kind=kind)
    batch = history.filter(batch_id=batch_id, is_undo=False).order_by("id")
    last = batch.aggregate(last=Max("id"))["last"] or 0
    later = history.filter(id__gt=last).order_by("id")
    has_later = later.exists()
    reached = 0
    while part := list(batch.filter(id__gt=reached).values_list(*OF_UNDO)[:ROWS_A_QUERY]):
        reached, row_ids = part[-1][0], [row_id for _, row_id, *_ in part]
        steps = _read_steps(later, row_ids) if has_later else {}
        for _, row_id, action, label in part:
            if _stands(steps.get(row_id, [])):
                yield row_id, action, label


def _read_steps(later: QuerySet[Any], row_ids: list[int]) -> dict[int, list[bool]]:
    """For each row whether its later events are undos."""
    steps: dict[int, list[bool]] = {}
    for row_id, is_undo in of_rows(later, row_ids, len(row_ids)).values_list("row_id", "is_undo"):
        steps.setdefault(row_id, []).append(is_undo)
    return steps


def _stands(steps: list[bool]) -> bool:
    """Each undo takes back the last event that is left."""
    n_later = 0
    for is_undo in steps:
        n_later += -1 if is_undo else 1
        if n_later < 0:
            return False
    return n_later == 0
