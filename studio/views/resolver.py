"""One row by itself: the panel beside the table, and a page of its own where there is no script."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from automl.problem import MULTI_LABEL
from studio.access import can_write, cleanset_for
from studio.decisions import count_decisions
from studio.models import Cleanset
from studio.resolver import read_detail
from studio.review import ReviewPage
from studio.review_query import ReviewQuery
from studio.undo import last_standing_batch
from studio.views.review import read_query


@require_safe
def row_detail(request: HttpRequest, cleanset_id: UUID, row_id: int) -> HttpResponse:
    cleanset = cleanset_for(request.user, cleanset_id)
    query = read_query(request.GET, cleanset)
    context = detail_context(request, cleanset, query, row_id)
    fragment = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]
    template = "studio/resolver.html" if fragment else "studio/row_detail.html"
    return render(request, template, context)


def detail_context(
    request: HttpRequest, cleanset: Cleanset, query: ReviewQuery, row_id: int
) -> dict[str, Any]:
    ready = cleanset.status == Cleanset.Status.READY
    detail = read_detail(cleanset, query, row_id) if ready else None
    if detail is None:
        raise Http404("There is no row with this number.")
    return {
        "cleanset": cleanset,
        "project": cleanset.project,
        "detail": detail,
        "row": detail.row,
        "page": ReviewPage([], detail.n_rows, query),
        "is_sets": cleanset.project.problem_type == MULTI_LABEL,
        "can_write": cleanset.is_current and can_write(request.user, cleanset.workspace),
        "decided": count_decisions(cleanset),
        "last_batch": last_standing_batch(cleanset),
        "advances": request.POST.get("advance", "1" if request.method == "GET" else ""),
    }


def row_url(cleanset: Cleanset, row_id: int, query: ReviewQuery) -> str:
    return reverse("studio:row_detail", args=[cleanset.pk, row_id]) + query.to_url()
