"""A cleanset as a file."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from api.cleansets import ready_cleanset
from api.downloads import described_file
from api.row_queries import to_query
from api.row_schemas import RowFilters
from api.schemas import WRITING, answers
from studio.cleanset_export import KINDS, download_cleanset
from studio.table_formats import FORMATS

router = Router(tags=["cleansets"])
KindName: Any = Literal[KINDS]
FormatName: Any = Literal[tuple(FORMATS)]
FORMAT_TYPES = [each.content_type for each in FORMATS.values()]


class ExportAsked(RowFilters):
    """`view`: the rows that the filters let through, in their order; the other kinds have all."""

    kind: KindName = "default"
    format: FormatName = "csv"


@router.get(
    "/{hex:cleanset_id}/export",
    response=answers(None, errors=WRITING),
    openapi_extra=described_file(FORMAT_TYPES),
    summary="Download a cleanset",
)
def export_cleanset(request: HttpRequest, cleanset_id: UUID, asked: Query[ExportAsked]) -> Any:
    """`default` is without excluded rows, `everything` with them; `patch` has what was decided,
    `pred-probs` the probabilities out of fold."""
    cleanset = ready_cleanset(request, cleanset_id)
    return download_cleanset(cleanset, asked.kind, asked.format, to_query(cleanset, asked))
