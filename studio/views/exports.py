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

from automl.errors import InputError
from studio.access import can_write, ready_cleanset_for
from studio.attachments import as_attachment
from studio.cleanset_export import download_cleanset, fits
from studio.feature_keys import found_features
from studio.files import FileMissingError, open_file
from studio.models import Cleanset
from studio.table_formats import FORMATS
from studio.views.review import read_query

logger = logging.getLogger(__name__)


@require_safe
def cleanset_export_form(request: HttpRequest, cleanset_id: UUID) -> HttpResponse:
    cleanset = ready_cleanset_for(request.user, cleanset_id)
    query = read_query(request.GET, cleanset)
    context = {
        "cleanset": cleanset,
        "project": cleanset.project,
        "query": query,
        "formats": [(key, each) for key, each in FORMATS.items() if fits(cleanset, key)],
        "can_write": cleanset.is_current and can_write(request.user, cleanset.workspace),
        "features": [(name, key) for key, (name, _) in found_features(cleanset.project).items()],
    }
    return render(request, "studio/cleanset_export.html", context)


@require_safe
def cleanset_export(request: HttpRequest, cleanset_id: UUID) -> HttpResponseBase:
    cleanset = ready_cleanset_for(request.user, cleanset_id)
    kind, form = request.GET.get("rows", "default"), request.GET.get("format", "csv")
    try:
        return download_cleanset(cleanset, kind, form, read_query(request.GET, cleanset))
    except InputError as error:
        raise Http404(error.message) from error
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


def _missing(cleanset: Cleanset, error: FileMissingError) -> Http404:
    logger.error("export of %s: %s", cleanset.pk.hex, error)
    return Http404("The files of this cleanset are missing.")
