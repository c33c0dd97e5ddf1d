"""Labelling a dataset that has few labels, step by step."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from automl.errors import InputError
from studio.access import ready_cleanset_for
from studio.auto_labels import GOOD_SHARES, LEAST_SURE_FIRST, SUREST_FIRST, propose
from studio.clean_top import clean_top
from studio.decisions import Action
from studio.models import Cleanset, User
from studio.undo import last_standing_batch
from studio.views.pages import read_number


@require_http_methods(["GET", "POST"])
def cleanset_auto_label(request: HttpRequest, cleanset_id: UUID) -> HttpResponse:
    cleanset = ready_cleanset_for(request.user, cleanset_id, write=True)
    closed = _why_closed(cleanset)
    if closed:
        messages.info(request, closed)
        return redirect("studio:project_detail", cleanset.project_id)
    if request.method == "POST":
        _label(request, cleanset)
        return redirect("studio:cleanset_auto_label", cleanset.pk)
    return render(request, "studio/auto_label.html", _context(request, cleanset))


def _why_closed(cleanset: Cleanset) -> str:
    if not cleanset.is_current:
        return "This version can only be read: there is a newer one."
    if not cleanset.project.has_classes:
        return "Only classes are labelled step by step."
    return "" if cleanset.n_unlabelled else "Every row of this version has a label."


def _context(request: HttpRequest, cleanset: Cleanset) -> dict[str, object]:
    threshold = read_number(request.GET.get("threshold"), default=-1)
    page = read_number(request.GET.get("page"), default=0)
    proposal = propose(
        cleanset, threshold=threshold if threshold >= 0 else None, page=max(page, 0) or None
    )
    review = reverse("studio:project_version", args=[cleanset.project_id, cleanset.version])
    return {
        "cleanset": cleanset,
        "project": cleanset.project,
        "proposal": proposal,
        "page": proposal.page,
        "least_share": GOOD_SHARES[-1],
        "least_sure_url": f"{review}{LEAST_SURE_FIRST.to_url()}#review",
        "last_batch": last_standing_batch(cleanset),
    }


def _label(request: HttpRequest, cleanset: Cleanset) -> None:
    """Every undecided row up to the threshold row gets its suggestion, as one batch."""
    assert isinstance(request.user, User)
    k = read_number(request.POST.get("threshold"), default=0)
    if k < 1:
        messages.error(request, "Choose a threshold row, 1 or more.")
        return
    try:
        n_rows, _ = clean_top(
            cleanset=cleanset, query=SUREST_FIRST, k=k, action=Action.AUTO_FIX, user=request.user
        )
    except InputError as error:
        messages.error(request, error.message)
        return
    messages.success(request, f"Labelled {n_rows:,} rows as suggested.")
