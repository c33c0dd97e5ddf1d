"""Downloads of predictions: the page's button leads to a link that needs no session."""

import logging
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from automl.errors import InputError
from inference.access import result_for, result_of_link
from inference.export_links import make_link, read_link
from inference.prediction_export import PLAIN, check_export, download_predictions
from studio.files import FileMissingError

logger = logging.getLogger(__name__)

FILE_MISSING = (
    "The file of these predictions is missing from the server's storage. "
    "Ask the operator to restore it from a backup, or predict the labels again."
)
REFUSALS = {"LINK_EXPIRED": 410, "LINK_INVALID": 403}


@require_safe
def result_export(request: HttpRequest, result_id: UUID) -> HttpResponse:
    result = result_for(request.user, result_id)
    what, form = request.GET.get("what", PLAIN), request.GET.get("format", "csv")
    try:
        check_export(result, what, form)
    except InputError as error:
        if error.code == "NO_SUCH_EXPORT":
            raise Http404(error.message) from error
        messages.error(request, error.message)
        return redirect("inference:result_detail", result.pk)
    return redirect(make_link(result, what, form))


@login_not_required
@require_safe
def export_download(request: HttpRequest, token: str) -> HttpResponseBase:
    try:
        link = read_link(token)
    except InputError as error:
        return _refuse(request, error.message, REFUSALS[error.code])
    result = result_of_link(link.result_id)
    try:
        return download_predictions(result, link.what, link.form)
    except InputError as error:
        raise Http404(error.message) from error
    except FileMissingError as error:
        logger.error("export of %s: %s", result.pk.hex, error)
        return _refuse(request, FILE_MISSING, 404)


def _refuse(request: HttpRequest, message: str, status: int) -> HttpResponse:
    return render(request, "inference/link_refused.html", {"message": message}, status=status)
