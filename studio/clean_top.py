"""Request side: one action for the first K undecided rows of what a page of the review shows."""

from collections.abc import Iterator
from uuid import UUID

from django.db import transaction

from automl.arrow_arrays import make_integer_array
from studio.decisions import Action, Change, apply_changes, check_label
from studio.files import local_path
from studio.models import Cleanset, User
from studio.parquet_reading import read_columns
from studio.review import read_row
from studio.review_filters import find_places, known_columns
from studio.review_query import ReviewQuery

FACTS = ("row_id", "suggested_label", "is_outlier")


@transaction.atomic
def clean_top(
    *,
    cleanset: Cleanset,
    query: ReviewQuery,
    k: int,
    action: str,
    user: User,
    label: str | None = None,
) -> tuple[int, UUID | None]:
    """How many rows were decided, and the batch to undo them by; decided rows stay as they are."""
    Cleanset.objects.select_for_update().get(pk=cleanset.pk)
    label = None if action == Action.AUTO_FIX else check_label(cleanset, action, label)
    changes = list(_first_changes(cleanset, query, k, action, label))
    if not changes:
        return 0, None
    return len(changes), apply_changes(cleanset=cleanset, changes=changes, user=user)


def auto_fix_row(cleanset: Cleanset, row_id: int) -> Change:
    """What auto-fix does to one row."""
    row = read_row(cleanset, row_id)
    assert row is not None
    return _auto_fix(row_id, row.suggested_label, bool(row.facts.get("is_outlier")))


def _first_changes(
    cleanset: Cleanset, query: ReviewQuery, k: int, action: str, label: str | None
) -> Iterator[Change]:
    decided = set(cleanset.decisions.values_list("row_id", flat=True))
    n_made = 0
    for row_id, suggested, is_outlier in _read_in_order(cleanset, query):
        if n_made == k:
            return
        if row_id in decided:
            continue
        n_made += 1
        if action == Action.AUTO_FIX:
            yield _auto_fix(row_id, suggested, bool(is_outlier))
        else:
            yield Change(row_id, action, label)


def _auto_fix(row_id: int, suggested: str | None, is_outlier: bool) -> Change:
    """The suggestion where there is one; else an outlier is excluded and any other row kept."""
    if suggested is not None:
        return Change(row_id, Action.AUTO_FIX, suggested)
    return Change(row_id, Action.EXCLUDE if is_outlier else Action.KEEP)


def _read_in_order(
    cleanset: Cleanset, query: ReviewQuery
) -> Iterator[tuple[int, str | None, bool | None]]:
    assert cleanset.issues_file is not None
    columns = [name for name in FACTS if name in known_columns(cleanset)]
    facts = read_columns(local_path(cleanset.issues_file), columns)
    rows = facts.take(make_integer_array(find_places(cleanset, query).places))
    for batch in rows.to_batches(max_chunksize=10_000):
        for fact in batch.to_pylist():
            yield fact["row_id"], fact.get("suggested_label"), fact.get("is_outlier")
