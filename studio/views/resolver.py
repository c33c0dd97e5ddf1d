"""One row by itself: the panel beside the table, and a page of its own where there is no script."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from studio.access import can_write, cleanset_for
from studio.analytics import read_analytics
from studio.decisions import count_decisions, last_standing_batch
from studio.history import describe, list_batches
from studio.models import Cleanset
from studio.resolver import read_detail
from studio.review import ReviewPage
from studio.review_query import ReviewQuery
from studio.views.pages import paginate
from studio.views.review import MAX_CLASSES_LISTED, read_query


@require_safe
def row_detail(request: HttpRequest, cleanset_id: UUID, row_id: int) -> HttpResponse:
    cleanset = cleanset_for(request.user, cleanset_id)
    query = read_query(request.GET, cleanset)
    context = detail_context(request, cleanset, query, row_id)
    fragment = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]
    template = "studio/resolver.html" if fragment else "studio/row_detail.html"
    return render(request, template, context)


@require_safe
def cleanset_history(request: HttpRequest, cleanset_id: UUID) -> HttpResponse:
    cleanset = cleanset_for(request.user, cleanset_id)
    page = paginate(request, list_batches(cleanset))
    context = {
        "cleanset": cleanset,
        "project": cleanset.project,
        "page": page,
        "lines": describe(cleanset, list(page.object_list)),
        "can_write": cleanset.is_current and can_write(request.user, cleanset.workspace),
    }
    return render(request, "studio/cleanset_history.html", context)


@require_safe
def cleanset_analytics(request: HttpRequest, cleanset_id: UUID) -> HttpResponse:
    cleanset = cleanset_for(request.user, cleanset_id)
    if cleanset.status != Cleanset.Status.READY:
        raise Http404("This cleanset is not ready yet.")
    context = {
        "cleanset": cleanset,
        "project": cleanset.project,
        "analytics": read_analytics(cleanset),
    }
    return render(request, "studio/cleanset_analytics.html", context)


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
        "is_sets": cleanset.project.problem_type == "multi-label",
        "listed_classes": cleanset.classes[:MAX_CLASSES_LISTED],
        "chosen": _chosen_names(detail),
        "can_write": cleanset.is_current and can_write(request.user, cleanset.workspace),
        "decided": count_decisions(cleanset),
        "last_batch": last_standing_batch(cleanset),
        "advances": request.POST.get("advance", "1" if request.method == "GET" else ""),
    }


def row_url(cleanset: Cleanset, row_id: int, query: ReviewQuery) -> str:
    return reverse("studio:row_detail", args=[cleanset.pk, row_id]) + query.to_url()


def _chosen_names(detail: Any) -> list[str]:
    """Of a set of labels: those that are ticked at first."""
    known = [label for label in detail.likely if label.is_decided]
    if detail.row.decision and known:
        return [label.name for label in known]
    return [
        label.name
        for label in detail.likely
        if label.is_suggested or (detail.row.suggested_label is None and label.is_given)
    ]
