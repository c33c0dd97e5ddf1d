from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from api.schemas import Answered, Id, Progress, progress_of
from studio.decisions import count_decisions
from studio.models import Cleanset
from studio.undo import last_standing_batch


class CleansetSummary(Answered):
    project_id: Id
    version: int
    status: str = Field(description="analyzing, ready or failed")
    n_rows: int
    n_issues: int
    n_unlabelled: int


class Decided(Schema):
    all: int
    corrected: int
    excluded: int
    kept: int


class CleansetDetails(CleansetSummary):
    previous_id: Id | None = Field(description="The version that this one starts from")
    is_current: bool = Field(description="Only the newest version can be decided on")
    revision: int = Field(description="Rises with every decision")
    classes: list[str]
    flag_counts: dict[str, int] = Field(description="How many rows each flag is set for")
    decided: Decided
    n_needs_review: int
    last_batch_id: Id | None = Field(description="What an undo without a batch takes back")
    analysis: dict[str, Any] = Field(description="What the issues rest on, and how good that was")
    progress: Progress | None

    @staticmethod
    def resolve_decided(cleanset: Cleanset) -> dict[str, int]:
        return count_decisions(cleanset)

    @staticmethod
    def resolve_n_needs_review(cleanset: Cleanset) -> int:
        return cleanset.tags.count()

    @staticmethod
    def resolve_last_batch_id(cleanset: Cleanset) -> Any:
        return last_standing_batch(cleanset)

    @staticmethod
    def resolve_analysis(cleanset: Cleanset) -> Any:
        return {
            name: cleanset.source[name] for name in ("score", "weights") if name in cleanset.source
        }

    @staticmethod
    def resolve_progress(cleanset: Cleanset) -> Any:
        is_pending = cleanset.status == Cleanset.Status.ANALYZING
        return progress_of(cleanset.pk) if is_pending else None


class HistoryLine(Schema):
    """What was done to one row, or to many at once."""

    batch_id: Id
    decided_at: datetime
    decided_by: str
    words: str
    action: str
    labels: list[str] = Field(description="At most three of them")
    n_rows: int
    first_row_id: int = Field(validation_alias="row_id")
    is_undo: bool
    file_name: str = Field(description="Of an import; empty otherwise")
