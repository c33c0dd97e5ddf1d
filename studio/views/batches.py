"""One action for many rows, and taking one back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from automl.errors import InputError
from studio.access import ready_cleanset_for
from studio.clean_top import clean_rows, clean_top
from studio.decisions import NEEDS_NO_REVIEW, NEEDS_REVIEW, Action, check_label
from studio.forms import BatchForm
from studio.look_alikes import describe_look_alikes
from studio.models import Cleanset, User
from studio.undo import undo_batch
from studio.views.review import posted_query, review_url

WORDS = {
    Action.AUTO_FIX: "Auto-fixed",
    Action.KEEP: "Kept",
    Action.LABEL: "Labelled",
    Action.EXCLUDE: "Excluded",
    NEEDS_REVIEW: "Tagged",
    NEEDS_NO_REVIEW: "Took the tag from",
}
NOTHING = {
    NEEDS_REVIEW: "All of these rows are tagged.",
    NEEDS_NO_REVIEW: "None of these rows is tagged.",
}


@require_POST
def cleanset_clean_top(request: HttpRequest, cleanset_id: UUID) -> HttpResponse:
    cleanset = ready_cleanset_for(request.user, cleanset_id, write=True)
    form = BatchForm(request.POST)
    if form.is_valid():
        _clean(request, cleanset, form)
    else:
        messages.error(request, form.problem)
    return redirect(review_url(request, cleanset))


@require_POST
def batch_undo(request: HttpRequest, cleanset_id: UUID, batch_id: UUID) -> HttpResponse:
    cleanset = ready_cleanset_for(request.user, cleanset_id, write=True)
    assert isinstance(request.user, User)
    try:
        n_undone = undo_batch(cleanset=cleanset, batch_id=batch_id, user=request.user)
        messages.success(request, f"Undone for {n_undone:,} rows.")
    except InputError as error:
        messages.error(request, error.message)
    return redirect(review_url(request, cleanset))


def _clean(request: HttpRequest, cleanset: Cleanset, form: BatchForm) -> None:
    assert isinstance(request.user, User)
    action = form.cleaned_data["action"]
    what = {"action": action, "label": form.cleaned_data["label"], "user": request.user}
    try:
        if form.cleaned_data["rows"] == BatchForm.TICKED:
            ticked = form.cleaned_data["ticked"]
            n_rows, _ = clean_rows(cleanset=cleanset, row_ids=ticked, **what)
        else:
            query, k = posted_query(request, cleanset), form.cleaned_data["k"]
            n_rows, _ = clean_top(cleanset=cleanset, query=query, k=k, **what)
    except InputError as error:
        messages.error(request, error.message)
        return
    nothing = NOTHING.get(action, "No row shown is undecided.")
    messages.success(request, f"{WORDS[action]} {_count(n_rows)}." if n_rows else nothing)
    if n_rows and action == Action.LABEL:
        _warn_of_look_alikes(request, cleanset, form.cleaned_data["label"])


def _warn_of_look_alikes(request: HttpRequest, cleanset: Cleanset, label: str) -> None:
    notice = describe_look_alikes(cleanset, check_label(cleanset, Action.LABEL, label))
    if notice:
        messages.warning(request, notice)


def _count(n_rows: int) -> str:
    return "1 row" if n_rows == 1 else f"{n_rows:,} rows"
