"""Request side: the tag "needs review", which stands beside a row's decision and in its history."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from studio.bulk_rows import insert_rows
from studio.decisions import OF_EVENT, check_open, in_parts, of_rows
from studio.models import Cleanset, DecisionEvent, RowTag, User


@transaction.atomic
def toggle_needs_review(*, cleanset: Cleanset, row_id: int, user: User) -> bool:
    """Whether the row is tagged now."""
    locked = Cleanset.objects.select_for_update().get(pk=cleanset.pk)
    is_tagged = not locked.tags.filter(row_id=row_id).exists()
    tag_rows(cleanset=locked, row_ids=[row_id], is_tagged=is_tagged, user=user)
    return is_tagged


@transaction.atomic
def tag_rows(
    *,
    cleanset: Cleanset,
    row_ids: Iterable[int],
    is_tagged: bool,
    user: User | None,
    batch_id: UUID | None = None,
    undoes: UUID | None = None,
) -> tuple[int, UUID]:
    """How many rows are tagged now that were not, or the other way round, and the batch of it.

    The cleanset's revision stays: what is trained does not depend on tags.
    """
    locked = Cleanset.objects.select_for_update().get(pk=cleanset.pk)
    check_open(locked)
    event = {
        "kind": DecisionEvent.Kind.TAG,
        "cleanset": locked.pk,
        "decided_by": user and user.pk,
        "decided_at": timezone.now(),
        "batch_id": batch_id or uuid4(),
        "revision": locked.revision,
        "is_undo": undoes is not None,
        "undoes": undoes,
    }
    tag = {"cleanset": locked.pk, "tagged_by": event["decided_by"], "tagged_at": timezone.now()}
    words = (DecisionEvent.TAGGED, "") if is_tagged else ("", DecisionEvent.TAGGED)
    n_changed = 0
    for part in in_parts(row_ids):
        changed = _find_changed(locked, part, is_tagged=is_tagged)
        events = [(row_id, words[1], None, words[0], None) for row_id in changed]
        insert_rows(DecisionEvent, event, OF_EVENT, events)
        if is_tagged:
            insert_rows(RowTag, tag, ("row_id",), [(row_id,) for row_id in changed])
        else:
            of_rows(locked.tags.all(), changed).delete()
        n_changed += len(changed)
    return n_changed, event["batch_id"]


def _find_changed(cleanset: Cleanset, row_ids: list[int], *, is_tagged: bool) -> list[int]:
    found = of_rows(cleanset.tags.all(), row_ids, len(row_ids))
    tagged = set(found.values_list("row_id", flat=True))
    return [row_id for row_id in row_ids if (row_id in tagged) != is_tagged]
