"""Request side: who decided what, and when; newest first, a batch as one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet

from studio.models import Cleanset, DecisionEvent, DecisionImport

TOOK_TAG = "took tag"
WORDS = {
    "auto-fix": "Auto-fixed",
    "keep": "Kept",
    "label": "Labelled",
    "exclude": "Excluded",
    DecisionEvent.TAGGED: "Tagged",
    TOOK_TAG: "Took the tag from",
    "": "Took back",
}


@dataclass(frozen=True)
class HistoryLine:
    """One batch: a decision of one row, or of many at once."""

    batch_id: UUID
    decided_at: datetime
    decided_by: str
    n_rows: int
    row_id: int
    action: str
    labels: list[str]
    is_undo: bool
    file_name: str = ""

    @property
    def number(self) -> int:
        return self.row_id + 1

    @property
    def words(self) -> str:
        if self.file_name:
            return f"Imported from “{self.file_name}”"
        return "Undid" if self.is_undo else WORDS.get(self.action, self.action)


def list_batches(cleanset: Cleanset) -> QuerySet[Any, Any]:
    """One line a batch; for paging."""
    events = DecisionEvent.objects.filter(cleanset=cleanset)
    lines = events.values("batch_id", "is_undo", "decided_by__email").annotate(
        last=Max("id"), at=Max("decided_at"), n_rows=Count("id"), row_id=Min("row_id")
    )
    return lines.order_by("-last")


def describe(cleanset: Cleanset, lines: list[dict[str, Any]]) -> list[HistoryLine]:
    """With what was decided: the action and, at most three, the labels of a batch."""
    ids = [line["batch_id"] for line in lines]
    events = DecisionEvent.objects.filter(cleanset=cleanset, batch_id__in=ids)
    found: dict[UUID, list[tuple[str, str | None]]] = {}
    fields = ("batch_id", "kind", "new_action", "new_label")
    for batch, kind, action, label in events.values_list(*fields).order_by().distinct():
        took_tag = kind == DecisionEvent.Kind.TAG and not action
        found.setdefault(batch, []).append((TOOK_TAG if took_tag else action, label))
    imports = DecisionImport.all_objects.filter(cleanset=cleanset, batch_id__in=ids)
    names: dict[UUID, str] = dict(imports.values_list("batch_id", "file_name"))
    return [_line(line, found[line["batch_id"]], names.get(line["batch_id"], "")) for line in lines]


def _line(
    line: dict[str, Any], decided: list[tuple[str, str | None]], file_name: str
) -> HistoryLine:
    actions = sorted({action for action, _ in decided})
    return HistoryLine(
        batch_id=line["batch_id"],
        decided_at=line["at"],
        decided_by=str(line["decided_by__email"] or "somebody who is gone"),
        n_rows=line["n_rows"],
        row_id=line["row_id"],
        action=actions[0] if len(actions) == 1 else "auto-fix",
        labels=sorted({label for _, label in decided if label})[:3],
        is_undo=bool(line["is_undo"]),
        file_name=file_name,
    )
