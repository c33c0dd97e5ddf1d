"""Request side of the review: decisions about rows, and their history."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Count, F, QuerySet
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
from studio.models import Cleanset, DecisionEvent, RowDecision, User

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
        "kind": DecisionEvent.Kind.DECISION,
        "batch_id": batch_id,
        "revision": locked.revision + 1,
        "is_undo": undoes is not None,
        "undoes": undoes,
    }
    for part in in_parts(changes):
        _check_rows(locked, part)
        insert_rows(DecisionEvent, same | of_batch, OF_EVENT, _events(locked, part))
        gone = [change.row_id for change in part if not change.action]
        of_rows(locked.decisions.all(), gone).delete()
        decided = [(c.row_id, c.action, c.label) for c in part if c.action]
        insert_rows(RowDecision, same, OF_DECISION, decided, unique=("cleanset", "row_id"))
    Cleanset.objects.filter(pk=locked.pk).update(revision=F("revision") + 1)
    return batch_id


def count_decisions(cleanset: Cleanset) -> dict[str, int]:
    rows = cleanset.decisions.values_list("action").annotate(n=Count("id"))
    counts: dict[str, int] = dict(rows.order_by())
    return {
        "all": sum(counts.values()),
        "corrected": sum(counts.get(action, 0) for action in LABELLING),
        "excluded": counts.get(Action.EXCLUDE, 0),
        "kept": counts.get(Action.KEEP, 0),
    }


def _check_rows(cleanset: Cleanset, changes: list[Change]) -> None:
    n_rows = cleanset.project.dataset.n_rows
    if any(not 0 <= change.row_id < n_rows for change in changes):
        raise InputError("UNKNOWN_ROW", f"The dataset has rows 1 to {n_rows:,}.")


def _events(cleanset: Cleanset, changes: list[Change]) -> list[tuple[Any, ...]]:
    rows = [change.row_id for change in changes]
    decisions = of_rows(cleanset.decisions.all(), rows, n_between=len(rows))
    before = {row_id: old for row_id, *old in decisions.values_list(*OF_DECISION)}
    return [
        (change.row_id, *before.get(change.row_id, ("", None)), change.action, change.label)
        for change in changes
    ]


def of_rows(rows: QuerySet[Any], row_ids: list[int], n_between: int = 0) -> QuerySet[Any]:
    """Those of the given rows. Where these lie side by side, or almost, it is much faster to ask
    for all from the first to the last, up to `n_between` others among them."""
    low, high = min(row_ids, default=0), max(row_ids, default=0)
    if high - low < len(row_ids) + n_between:
        return rows.filter(row_id__range=(low, high))
    return rows.filter(row_id__in=row_ids)


def in_parts(items: Iterable[Any]) -> Iterator[list[Any]]:
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
