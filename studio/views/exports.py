import logging
from collections.abc import Iterator
from itertools import chain
from uuid import UUID

import pyarrow as pa
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studio.access import can_write, ready_cleanset_for
from studio.attachments import as_attachment
from studio.cleanset_export import (
    FORMATS,
    KINDS,
    PATCH,
    PRED_PROBS,
    read_tables,
    write_csv,
    write_parquet,
)
from studio.feature_keys import found_features
from studio.files import FileMissingError, open_file
from studio.models import Cleanset
from studio.views.review import read_query

ENDINGS = {PATCH: " patch", PRED_PROBS: " pred_probs"}

logger = logging.getLogger(__name__)


@require_safe
def cleanset_export_form(request: HttpRequest, cleanset_id: UUID) -> HttpResponse:
    cleanset = ready_cleanset_for(request.user, cleanset_id)
    query = read_query(request.GET, cleanset)
    context = {
        "cleanset": cleanset,
        "project": cleanset.project,
        "query": query,
        "can_write": cleanset.is_current and can_write(request.user, cleanset.workspace),
        "features": [(name, key) for key, (name, _) in found_features(cleanset.project).items()],
    }
    return render(request, "studio/cleanset_export.html", context)


@require_safe
def cleanset_export(request: HttpRequest, cleanset_id: UUID) -> HttpResponseBase:
    cleanset = ready_cleanset_for(request.user, cleanset_id)
    kind, form = request.GET.get("rows", "default"), request.GET.get("format", "csv")
    has_none = kind == PRED_PROBS and cleanset.pred_probs_file is None
    if kind not in KINDS or form not in FORMATS or has_none:
        raise Http404("There is no such export.")
    tables = read_tables(cleanset, kind, read_query(request.GET, cleanset))
    try:
        response = _respond(tables, form)
    except FileMissingError as error:
        raise _missing(cleanset, error) from error
    name = (
        f"{cleanset.project.name[:80]} v{cleanset.version}{ENDINGS.get(kind, '')}.{FORMATS[form]}"
    )
    return as_attachment(response, name)


@require_safe
def cleanset_embeddings(request: HttpRequest, cleanset_id: UUID, position: int) -> FileResponse:
    """Vectors of one text column, a row for each row of the dataset, as numpy wrote them."""
    cleanset = ready_cleanset_for(request.user, cleanset_id)
    found = found_features(cleanset.project).get(position)
    if found is None:
        raise Http404("This cleanset has no embeddings of such a column.")
    column, stored = found
    try:
        response = FileResponse(open_file(stored), content_type="application/octet-stream")
    except FileMissingError as error:
        raise _missing(cleanset, error) from error
    return as_attachment(response, f"{cleanset.project.name[:80]} {column[:60]} embeddings.npy")


def _missing(cleanset: Cleanset, error: FileMissingError) -> Http404:
    logger.error("export of %s: %s", cleanset.pk.hex, error)
    return Http404("The files of this cleanset are missing.")


def _respond(tables: Iterator[pa.Table], form: str) -> FileResponse | StreamingHttpResponse:
    """The first part is made before the answer begins: a missing file is still a page."""
    first = next(tables)
    tables = chain([first], tables)
    if form == "parquet":
        return FileResponse(write_parquet(tables))
    parts = write_csv(tables, for_spreadsheets=form == "spreadsheet")
    return StreamingHttpResponse(parts, content_type="text/csv; charset=utf-8")
