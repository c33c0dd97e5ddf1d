import logging
from uuid import UUID

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studio.access import can_write, ready_cleanset_for
from studio.attachments import as_attachment
from studio.cleanset_export import KINDS, PATCH, PRED_PROBS, read_tables
from studio.feature_keys import found_features
from studio.files import FileMissingError, open_file
from studio.models import Cleanset
from studio.table_formats import FORMATS, fits_excel
from studio.table_responses import download_table
from studio.views.review import read_query

# Of the dataset and of ours, at most.
MAX_COLUMNS = 2_000
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
        "formats": [(key, each) for key, each in FORMATS.items() if _fits(cleanset, key)],
        "can_write": cleanset.is_current and can_write(request.user, cleanset.workspace),
        "features": [(name, key) for key, (name, _) in found_features(cleanset.project).items()],
    }
    return render(request, "studio/cleanset_export.html", context)


@require_safe
def cleanset_export(request: HttpRequest, cleanset_id: UUID) -> HttpResponseBase:
    cleanset = ready_cleanset_for(request.user, cleanset_id)
    kind, form = request.GET.get("rows", "default"), request.GET.get("format", "csv")
    has_none = kind == PRED_PROBS and cleanset.pred_probs_file is None
    if kind not in KINDS or form not in FORMATS or has_none or not _fits(cleanset, form):
        raise Http404("There is no such export.")
    tables = read_tables(cleanset, kind, read_query(request.GET, cleanset))
    stem = f"{cleanset.project.name[:80]} v{cleanset.version}{ENDINGS.get(kind, '')}"
    try:
        return download_table(tables, form, stem)
    except FileMissingError as error:
        raise _missing(cleanset, error) from error


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


def _fits(cleanset: Cleanset, form: str) -> bool:
    return form != "xlsx" or fits_excel(cleanset.n_rows, len(cleanset.classes) + MAX_COLUMNS)


def _missing(cleanset: Cleanset, error: FileMissingError) -> Http404:
    logger.error("export of %s: %s", cleanset.pk.hex, error)
    return Http404("The files of this cleanset are missing.")
