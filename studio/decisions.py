"""Request side of the review: decisions about rows, their history, and undo."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Count, F, Max, Min, QuerySet
from django.utils import timezone

from automl.errors import InputError
from automl.problem import (
    LARGEST_LABEL,
    MULTI_LABEL,
    REGRESSION,
    RESERVED_CLASS,
    class_names,
    clean_labels,
)
from automl.values import parse_number
from studio.bulk_rows import insert_rows
from studio.models import Cleanset, DecisionEvent, RowDecision, RowTag, User

Action = RowDecision.Action
UNDO = "undo"
# A tag beside the decision, not a decision.
NEEDS_REVIEW, NEEDS_NO_REVIEW = "needs-review", "needs-no-review"
LABELLING = (Action.AUTO_FIX, Action.LABEL)
MAX_LABEL_CHARS = 500
# Databases take only so many parameters in one statement.
ROWS_A_QUERY = 10_000
OF_DECISION = ("row_id", "action", "corrected_label")
OF_EVENT = ("row_id", "old_action", "old_label", "new_action", "new_label")
OF_UNDO = ("id", "row_id", "old_action", "old_label")
# How far back there is something to undo by one button.
BATCHES_LOOKED_AT = 50


@dataclass(frozen=True)
class Change:
    """One row's way from one state to another; an action of "" is undecided."""

    row_id: int
    action: str
    label: str | None = None


def decide_row(
    *, cleanset: Cleanset, row_id: int, action: str, user: User, label: str | None = None
) -> UUID:
    """Decide one row; answers the batch id, for undo."""
    label = check_label(cleanset, action, label)
    return apply_changes(cleanset=cleanset, changes=[Change(row_id, action, label)], user=user)


@transaction.atomic
def apply_changes(
    *, cleanset: Cleanset, changes: Iterable[Change], user: User | None, undoes: UUID | None = None
) -> UUID:
    """States, history and the cleanset's revision change together or not at all.

    Each row changes at most once. Very many changes are best made while they are read from here.
    """
    locked = Cleanset.objects.select_for_update().get(pk=cleanset.pk)
    check_open(locked)
    same = {"cleanset": locked.pk, "decided_by": user and user.pk, "decided_at": timezone.now()}
    batch_id = uuid4()
    of_batch = {
        "batch_id": batch_id,
        "revision": locked.revision + 1,
        "is_undo": undoes is not None,
        "undoes": undoes,
    }
    for part in _parts(changes):
        _check_rows(locked, part)
        insert_rows(DecisionEvent, same | of_batch, OF_EVENT, _events(locked, part))
        gone = [change.row_id for change in part if not change.action]
        _of_rows(locked.decisions.all(), gone).delete()
        decided = [(c.row_id, c.action, c.label) for c in part if c.action]
        insert_rows(RowDecision, same, OF_DECISION, decided, unique=("cleanset", "row_id"))
    Cleanset.objects.filter(pk=locked.pk).update(revision=F("revision") + 1)
    return batch_id


def undo_row(*, cleanset: Cleanset, row_id: int, user: User) -> bool:
    """Bring back what the row was before its last decision; False if there is nothing to undo."""
    with transaction.atomic():
        check_open(Cleanset.objects.select_for_update().get(pk=cleanset.pk))
        event = _undoable(cleanset, row_id)
        if event is None:
            return False
        change = Change(row_id, event.old_action, event.old_label)
        apply_changes(cleanset=cleanset, changes=[change], user=user, undoes=event.batch_id)
    return True


@transaction.atomic
def undo_batch(*, cleanset: Cleanset, batch_id: UUID, user: User) -> int:
    """Undo what a batch did, except to rows that were decided again since."""
    check_open(Cleanset.objects.select_for_update().get(pk=cleanset.pk))
    standing = _standing_changes(cleanset, batch_id)
    first = next(standing, None)
    if first is None:
        return 0
    changes = chain([first], standing)
    undo = apply_changes(cleanset=cleanset, changes=changes, user=user, undoes=batch_id)
    return DecisionEvent.objects.filter(batch_id=undo).count()


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


def toggle_needs_review(*, cleanset: Cleanset, row_id: int, user: User) -> bool:
    """Whether the row is tagged now."""
    check_open(cleanset)
    tag, is_new = RowTag.objects.get_or_create(
        cleanset=cleanset, row_id=row_id, defaults={"tagged_by": user}
    )
    if not is_new:
        tag.delete()
    return is_new


@transaction.atomic
def tag_rows(*, cleanset: Cleanset, row_ids: list[int], is_tagged: bool, user: User) -> int:
    """How many rows are tagged now that were not, or the other way round."""
    locked = Cleanset.objects.select_for_update().get(pk=cleanset.pk)
    check_open(locked)
    before = locked.tags.count()
    if is_tagged:
        tags = (RowTag(cleanset=locked, row_id=row_id, tagged_by=user) for row_id in row_ids)
        RowTag.objects.bulk_create(tags, batch_size=ROWS_A_QUERY, ignore_conflicts=True)
    else:
        for part in _parts(row_ids):
            locked.tags.filter(row_id__in=part).delete()
    return abs(locked.tags.count() - before)


def count_decisions(cleanset: Cleanset) -> dict[str, int]:
    rows = cleanset.decisions.values_list("action").annotate(n=Count("id"))
    counts: dict[str, int] = dict(rows.order_by())
    return {
        "all": sum(counts.values()),
        "corrected": sum(counts.get(action, 0) for action in LABELLING),
        "excluded": counts.get(Action.EXCLUDE, 0),
        "kept": counts.get(Action.KEEP, 0),
    }


def _undoable(cleanset: Cleanset, row_id: int) -> DecisionEvent | None:
    """The last decision that no undo has taken back yet: each undo uses up one decision."""
    depth = 0
    events = DecisionEvent.objects.filter(cleanset=cleanset, row_id=row_id).order_by("-id")
    for event in events.iterator(chunk_size=100):
        if event.is_undo:
            depth += 1
        elif depth:
            depth -= 1
        else:
            return event
    return None


def _standing_changes(cleanset: Cleanset, batch_id: UUID) -> Iterator[Change]:
    """Back to what the rows of a batch were before it, where it is what they are now.

    That is where each decision since then was taken back. Equal states do not mean the same
    decision: somebody may have given the same answer again.
    """
    history = DecisionEvent.objects.filter(cleanset=cleanset)
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
                yield Change(row_id, action, label)


def _read_steps(later: QuerySet[Any], row_ids: list[int]) -> dict[int, list[bool]]:
    """For each row whether its later events are undos."""
    steps: dict[int, list[bool]] = {}
    for row_id, is_undo in _of_rows(later, row_ids, len(row_ids)).values_list("row_id", "is_undo"):
        steps.setdefault(row_id, []).append(is_undo)
    return steps


def _stands(steps: list[bool]) -> bool:
    """Each undo takes back the last decision that is left."""
    n_later = 0
    for is_undo in steps:
        n_later += -1 if is_undo else 1
        if n_later < 0:
            return False
    return n_later == 0


def _check_rows(cleanset: Cleanset, changes: list[Change]) -> None:
    n_rows = cleanset.project.dataset.n_rows
    if any(not 0 <= change.row_id < n_rows for change in changes):
        raise InputError("UNKNOWN_ROW", f"The dataset has rows 1 to {n_rows:,}.")


def _events(cleanset: Cleanset, changes: list[Change]) -> list[tuple[Any, ...]]:
    rows = [change.row_id for change in changes]
    decisions = _of_rows(cleanset.decisions.all(), rows, n_between=len(rows))
    before = {row_id: old for row_id, *old in decisions.values_list(*OF_DECISION)}
    return [
        (change.row_id, *before.get(change.row_id, ("", None)), change.action, change.label)
        for change in changes
    ]


def _of_rows(rows: QuerySet[Any], row_ids: list[int], n_between: int = 0) -> QuerySet[Any]:
    """Those of the given rows. Where these lie side by side, or almost, it is much faster to ask
    for all from the first to the last, up to `n_between` others among them."""
    low, high = min(row_ids, default=0), max(row_ids, default=0)
    if high - low < len(row_ids) + n_between:
        return rows.filter(row_id__range=(low, high))
    return rows.filter(row_id__in=row_ids)


def _parts(items: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while part := list(islice(rest, ROWS_A_QUERY)):
        yield part


def check_open(cleanset: Cleanset) -> None:
    """Raises InputError for a version that a newer one has replaced."""
    if not cleanset.is_current:
        raise InputError(
            "OLD_VERSION", "This version can only be read: there is a newer one. Decide there."
        )


def check_label(cleanset: Cleanset, action: str, label: str | None) -> str | None:
    """The label that an action gives, in the form in which it is kept; None where it gives none."""
    return _clean_label(cleanset, label) if action in LABELLING else None


def _clean_label(cleanset: Cleanset, label: str | None) -> str:
    """A label in the form in which the dataset's own labels are kept."""
    if not cleanset.project.has_labels:
        raise InputError("NO_LABELS", "This project has no labels: keep or exclude the row.")
    problem_type = cleanset.project.problem_type
    cleaned = clean_labels([label or ""], problem_type)[0]
    if cleaned is None or (problem_type != MULTI_LABEL and not cleaned):
        raise InputError("LABEL_MISSING", "Choose a label, or exclude the row.")
    if len(cleaned) > MAX_LABEL_CHARS:
        raise InputError(
            "LABEL_TOO_LONG", f"A label may have at most {MAX_LABEL_CHARS} characters."
        )
    if problem_type == REGRESSION and not _is_value(cleaned):
        raise InputError("LABEL_NO_NUMBER", "Enter a number: this project predicts numbers.")
    if RESERVED_CLASS in class_names([cleaned], problem_type):
        raise InputError("RESERVED_CLASS_NAME", f"A class may not be named '{RESERVED_CLASS}'.")
    return cleaned


def _is_value(text: str) -> bool:
    number = parse_number(text)
    return number is not None and abs(number) <= LARGEST_LABEL
