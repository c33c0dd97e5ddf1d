"""Request side: take the suggestions of the K worst undecided rows."""

from uuid import UUID

from django.db import transaction

from studio.decisions import apply_changes
from studio.models import Cleanset, User
from studio.review import top_suggestions


@transaction.atomic
def auto_fix_top(*, cleanset: Cleanset, k: int, user: User) -> tuple[int, UUID | None]:
    """How many rows were fixed, and the batch to undo them by; decided rows stay as they are."""
    Cleanset.objects.select_for_update().get(pk=cleanset.pk)
    changes = top_suggestions(cleanset, k)
    if not changes:
        return 0, None
    return len(changes), apply_changes(cleanset=cleanset, changes=changes, user=user)
