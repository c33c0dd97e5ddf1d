from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from automl.errors import InputError
from studio.access import cleanset_for
from studio.auto_fix import auto_fix_top
from studio.decisions import UNDO, Action, count_decisions, decide_row, undo_batch, undo_row
from studio.forms import AutoFixForm, DecisionForm
from studio.models import Cleanset, User
from studio.review import read_row, suggestion_for


@require_POST
def row_decide(request: HttpRequest, cleanset_id: UUID, row_id: int) -> HttpResponse:
    cleanset = _ready_cleanset(request, cleanset_id)
    form = DecisionForm(request.POST)
    message = _decide(request, cleanset, row_id, form) if form.is_valid() else "Choose an action."
    if request.htmx:  # type: ignore[attr-defined]
        context = {
            "row": read_row(cleanset, row_id),
            "cleanset": cleanset,
            "error": message,
            "decided": count_decisions(cleanset),
            "can_write": True,
            "is_fragment": True,
        }
        return render(request, "studio/review_row_swap.html", context)
    if message:
        messages.error(request, message)
    return redirect(_back(request, cleanset))


@require_POST
def cleanset_auto_fix(request: HttpRequest, cleanset_id: UUID) -> HttpResponse:
    cleanset = _ready_cleanset(request, cleanset_id)
    form = AutoFixForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Enter how many rows to auto-fix, 1 or more.")
        return redirect(_back(request, cleanset))
    assert isinstance(request.user, User)
    n_fixed, _ = auto_fix_top(cleanset=cleanset, k=form.cleaned_data["k"], user=request.user)
    text = f"Auto-fixed {n_fixed:,} rows." if n_fixed else "No undecided row has a suggestion."
    messages.success(request, text)
    return redirect(_back(request, cleanset))


@require_POST
def batch_undo(request: HttpRequest, cleanset_id: UUID, batch_id: UUID) -> HttpResponse:
    cleanset = _ready_cleanset(request, cleanset_id)
    assert isinstance(request.user, User)
    n_undone = undo_batch(cleanset=cleanset, batch_id=batch_id, user=request.user)
    messages.success(request, f"Undone for {n_undone:,} rows.")
    return redirect(_back(request, cleanset))


def _ready_cleanset(request: HttpRequest, cleanset_id: UUID) -> Cleanset:
    return cleanset_for(request.user, cleanset_id, write=True)


def _decide(request: HttpRequest, cleanset: Cleanset, row_id: int, form: DecisionForm) -> str:
    """What went wrong, in words, or ""."""
    assert isinstance(request.user, User)
    action, label = form.cleaned_data["action"], form.cleaned_data["label"]
    if cleanset.status != Cleanset.Status.READY or row_id >= cleanset.n_rows:
        return "This row cannot be decided now. Load the page again."
    if action == UNDO:
        undone = undo_row(cleanset=cleanset, row_id=row_id, user=request.user)
        return "" if undone else "There is nothing to undo for this row."
    if action == Action.AUTO_FIX:
        label = suggestion_for(cleanset, row_id)
        if label is None:
            return "There is no suggestion for this row. Choose a label instead."
    try:
        decide_row(cleanset=cleanset, row_id=row_id, action=action, label=label, user=request.user)
    except InputError as error:
        return error.message
    return ""


def _back(request: HttpRequest, cleanset: Cleanset) -> str:
    """To the page of rows that the form stood on; only its two known parameters are kept."""
    url = reverse("studio:project_detail", args=[cleanset.project_id])
    name, number = request.POST.get("filter", ""), request.POST.get("page", "")
    if name.isalpha() and number.isdecimal():
        return f"{url}?filter={name}&page={number}"
    return url
