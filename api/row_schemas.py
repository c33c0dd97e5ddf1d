from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from api.schemas import Body, ColumnName, Id, LeftOut, Number, Text, Whole, YesNo
from automl.problem import format_label_set
from studio.decisions import MAX_LABEL_CHARS
from studio.review_query import (
    MAX_LABELS,
    MAX_SEARCH_CHARS,
    MAX_WHOLE_CHARS,
    OF_ROWS,
    PRESETS,
    SHOWN_COLUMNS,
    WORST_FIRST,
)

MAX_ROW_IDS = 100_000
MAX_ROWS = 10_000_000
Cell = Annotated[Text, StringConstraints(max_length=MAX_WHOLE_CHARS)]
Limit = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
# mypy cannot know them; the values are what counts.
PresetName: Any = Literal[tuple(PRESETS)]
SortName: Any = Literal[(*SHOWN_COLUMNS, *OF_ROWS)]
ScoreName: Any = Literal[tuple(c.name for c in SHOWN_COLUMNS.values() if c.is_number)]


class RowFilters(Schema):
    """Which rows, and in which order; as on the review page."""

    preset: PresetName = Field("all", description="A ready-made filter")
    given: list[Text] = Field([], max_length=MAX_LABELS, description="One of these given labels")
    suggested: list[Text] = Field([], max_length=MAX_LABELS)
    search: Text = Field("", max_length=MAX_SEARCH_CHARS, description="In any feature column")
    column: LeftOut[ColumnName] = Field(None, description="A column of the dataset")
    contains: Text = Field("", max_length=MAX_SEARCH_CHARS, description="A text in that column")
    equals: LeftOut[Cell] = Field(None, description="A whole cell of it")
    at_least: Text = Field("", max_length=40, description="A number or time of that column")
    at_most: Text = Field("", max_length=40)
    score: LeftOut[ScoreName] = Field(None, description="A generated column, for the limits below")
    min_score: LeftOut[Limit] = None
    max_score: LeftOut[Limit] = None
    sort: SortName = Field(WORST_FIRST, description="A generated column, or what rows have")
    sort_column: LeftOut[ColumnName] = Field(None, description="One of the dataset")
    order: Literal["rising", "falling"] = "falling"


class SentFilters(Body, RowFilters):
    """The same in a body."""

    min_score: Number | None = Field(None, ge=-1e15, le=1e15)
    max_score: Number | None = Field(None, ge=-1e15, le=1e15)


class Decision(Schema):
    action: str = Field(description="keep, auto-fix, label or exclude")
    label: str | None = Field(validation_alias="corrected_label")
    decided_at: datetime


class Row(Schema):
    row_id: int = Field(description="Counted from 0")
    cells: dict[str, str]
    given_label: str | None
    suggested_label: str | None
    issues: list[str] = Field(description="What the analysis says of the row, in words")
    facts: dict[str, Any] = Field(description="All generated columns (docs/issues.md)")
    decision: Decision | None
    needs_review: bool


LABEL_TEXT = "With the action `label`; of a multi-label project `labels` instead"
ActionName = Literal["keep", "auto-fix", "label", "exclude"]
BulkAction = Literal["keep", "auto-fix", "label", "exclude", "needs-review", "needs-no-review"]


class Labelling(Body):
    label: Text | None = Field(None, max_length=MAX_LABEL_CHARS, description=LABEL_TEXT)
    labels: list[Text] | None = Field(None, max_length=1_000)

    @property
    def written(self) -> str | None:
        """As labels are kept."""
        return self.label if self.labels is None else format_label_set(dict.fromkeys(self.labels))


class RowDecided(Labelling):
    action: ActionName


class RowsDecided(Labelling):
    """Of rows by their ids, or of the first that filters let through and nobody decided yet."""

    action: BulkAction
    row_ids: list[Whole] | None = Field(None, min_length=1, max_length=MAX_ROW_IDS)
    first: Whole | None = Field(None, ge=1, le=MAX_ROWS, description="How many; all if left out")
    filters: SentFilters | None = None


class Tagged(Body):
    needs_review: YesNo


class Undo(Body):
    batch_id: Text | None = Field(None, max_length=36, description="The latest if left out")


class Changed(Schema):
    n_rows: int
    batch_id: Id | None = Field(None, description="To undo it by")
