"""Single rows of a file with what was predicted for them."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from automl.errors import InputError
from inference.access import result_for
from inference.models import InferenceResult
from inference.result_rows import ORDERS, SHOWN, RowQuery, read_page
from inference.send_rows import send_unsure_rows
from studio.access import can_write
from studio.models import User
from studio.views.pages import read_number, read_share


@require_safe
def result_rows(request: HttpRequest, result_id: UUID) -> HttpResponse:
    result = result_for(request.user, result_id)
    if result.status != InferenceResult.Status.READY:
        raise Http404("These predictions are not ready.")
    page = read_page(result, parse_row_query(request.GET))
    context = {
        "result": result,
        "model": result.deployed_model,
        "page": page,
        "shown": [(key, title) for key, title in SHOWN.items() if _is_useful(result, key)],
        "orders": ORDERS.items(),
        "previous_url": page.query.to_url(page=page.query.number - 1),
        "can_write": can_write(request.user, result.workspace),
        "next_url": page.query.to_url(page=page.query.number + 1),
    }
    return render(request, "inference/result_rows.html", context)


def parse_row_query(params: QueryDict) -> RowQuery:
    """What is not understood counts as not said."""
    usual = RowQuery()
    show, order = params.get("show", ""), params.get("order", "")
    return RowQuery(
        show if show in SHOWN else usual.show,
        read_share(params.get("below"), usual.below),
        order if order in ORDERS else usual.order,
        max(read_number(params.get("page")), 1),
    )


def _is_useful(result: InferenceResult, key: str) -> bool:
    return key != "wrong" or result.label_position is not None


@require_POST
def rows_send(request: HttpRequest, result_id: UUID) -> HttpResponse:
    result = result_for(request.user, result_id, write=True)
    if result.status != InferenceResult.Status.READY:
        raise Http404("These predictions are not ready.")
    assert isinstance(request.user, User)
    below = parse_row_query(request.POST).below
    try:
        dataset = send_unsure_rows(result=result, below=below, user=request.user)
    except InputError as error:
        messages.error(request, error.message)
        return redirect("inference:result_rows", result.pk)
    messages.success(
        request, "A new dataset is being read. Make a project of it, and label the new rows there."
    )
    return redirect("studio:dataset_detail", dataset.pk)
