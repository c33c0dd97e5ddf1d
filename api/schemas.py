"""What all resources share in what is sent and answered: ids, failures, pages of a list."""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from ninja import Schema
from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StringConstraints,
)

from studio.jobs import latest_job
from studio.models.base import InputFailure

MAX_LIMIT = 200
MAX_OFFSET = 1_000_000_000
Item = TypeVar("Item")


def _to_hex(value: Any) -> Any:
    return value.hex if isinstance(value, UUID) else value


# As in the addresses of the pages; where ids are sent, those with dashes are as good.
Id = Annotated[str, BeforeValidator(_to_hex), Field(pattern="^[0-9a-f]{32}$")]
# NUL is what no database keeps.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
ColumnName = Annotated[Text, StringConstraints(max_length=10_000)]
Name = Annotated[Text, StringConstraints(min_length=1, max_length=100)]
Whole = StrictInt
Number = Annotated[StrictFloat, Field(allow_inf_nan=False)]
YesNo = StrictBool
Preset = Literal["fast", "regular", "best"]


class _WithoutNull:
    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        kept = [each for each in handler(core_schema)["anyOf"] if each != {"type": "null"}]
        return dict(kept[0])


# What may be left out of an address; there is no null in one.
LeftOut = Annotated[Item | None, _WithoutNull()]


class Body(Schema):
    """A JSON object that is sent; a misspelt name in it is no silent default."""

    model_config = ConfigDict(extra="forbid")


class Failure(Schema):
    """Why something failed, in words to show; line and column are places in a file."""

    code: str
    message: str
    line: int | None = None
    column: int | None = None


class FieldFailure(Schema):
    field: str
    message: str


class ErrorContent(Failure):
    fields: list[FieldFailure] | None = None


class ErrorAnswer(Schema):
    """Every error, whatever its status."""

    error: ErrorContent


class Progress(Schema):
    """What is being done, in words, and how far it is; a total of 0 is not known."""

    text: str
    done: int = 0
    total: int = 0


class Paging(Schema):
    limit: int = Field(50, ge=1, le=MAX_LIMIT)
    offset: int = Field(0, ge=0, le=MAX_OFFSET)


class Page(Schema, Generic[Item]):
    """Some of a list, and how many there are in all."""

    items: list[Item]
    total: int
    limit: int
    offset: int


class Warned(Schema):
    """What is worth knowing of a file that was read all the same."""

    code: str
    message: str
    count: int = 0
    lines: list[int] = []


class Answered(Schema):
    """What every row of ours says of itself."""

    id: Id
    created_at: datetime
    updated_at: datetime
    error: Failure | None = Field(None, description="Why it failed; null otherwise")

    @staticmethod
    def resolve_error(row: InputFailure) -> dict[str, Any] | None:
        return failure_of(row)


READING = (401, 404, 422, 429, 503)
WRITING = (*READING, 400, 403, 409, 413, 415, 507)


def answers(model: Any, *, status: int = 200, errors: tuple[int, ...] = READING) -> dict[int, Any]:
    """What an operation may answer."""
    return {status: model} | dict.fromkeys(sorted(errors), ErrorAnswer)


def write_answers(model: Any, *, status: int = 200) -> dict[int, Any]:
    return answers(model, status=status, errors=WRITING)


def page_of(rows: QuerySet[Any, Any], paging: Paging) -> dict[str, Any]:
    items = list(rows[paging.offset : paging.offset + paging.limit])
    return fill_page(items, rows.count(), paging)


def fill_page(items: list[Any], total: int, paging: Paging) -> dict[str, Any]:
    return {"items": items, "total": total, "limit": paging.limit, "offset": paging.offset}


def failure_of(row: InputFailure) -> dict[str, Any] | None:
    if not row.error_code:
        return None
    return {
        "code": row.error_code,
        "message": row.error_message,
        "line": row.error_line,
        "column": row.error_column,
    }


def progress_of(subject_id: UUID) -> dict[str, Any] | None:
    """Of the job that works on a row; None where none does any more."""
    job = latest_job(subject_id)
    if job is None or job.is_final:
        return None
    return {"text": job.step or "Waiting for a worker", "done": job.done, "total": job.total}
