from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from automl.errors import InputError
from studio.access import ready_cleanset_for
from studio.clean_top import auto_fix_row
from studio.decisions import (
    NEEDS_REVIEW,
    UNDO,
    Action,
    apply_changes,
    check_label,
    count_decisions,
    decide_row,
)
from studio.forms import DecisionForm
from studio.look_alikes import describe_look_alikes
from studio.models import Cleanset, User
from studio.resolver import next_row_id
from studio.review import ReviewPage, read_row
from studio.review_filters import find_place
from studio.review_query import ReviewQuery
from studio.tags import toggle_needs_review
from studio.undo import last_standing_batch, undo_row
from studio.versions import create_version
from studio.views.resolver import detail_context, row_url
from studio.views.review import posted_query, review_url


@dataclass(frozen=True)
class Said:
    """What the answer to a decision says: what went wrong, or what is worth a second look."""

    error: str = ""
    notice: str = ""

    @property
    def anything(self) -> bool:
        return bool(self.error or self.notice)

    def put_on_next_page(self, request: HttpRequest) -> None:
        if self.error:
            messages.error(request, self.error)
        if self.notice:
            messages.warning(request, self.notice)


@require_POST
def row_decide(request: HttpRequest, cleanset_id: UUID, row_id: int) -> HttpResponse:
    cleanset = ready_cleanset_for(request.user, cleanset_id, write=True)
    if find_place(cleanset, row_id) is None:
        raise Http404("There is no row with this number.")
    query = posted_query(request, cleanset)
    form = DecisionForm(request.POST)
    # Before the decision: it may take the row out of what is shown.
    after = _next_row(request, cleanset, query, row_id, form)
    said = _decide(request, cleanset, row_id, form) if form.is_valid() else Said(form.problem)
    shown_id = row_id if said.anything or after is None else after
    if request.htmx:  # type: ignore[attr-defined]
        return _swap(request, cleanset, query, row_id, shown_id, said)
    said.put_on_next_page(request)
    if "resolver" in request.POST:
        return redirect(row_url(cleanset, shown_id, query))
    return redirect(review_url(request, cleanset))


@require_POST
def version_create(request: HttpRequest, cleanset_id: UUID) -> HttpResponse:
    cleanset = ready_cleanset_for(request.user, cleanset_id, write=True)
    assert isinstance(request.user, User)
    try:
        create_version(cleanset=cleanset, user=request.user)
    except InputError as error:
        messages.error(request, error.message)
    return redirect("studio:project_detail", cleanset.project_id)


def _next_row(
    request: HttpRequest, cleanset: Cleanset, query: ReviewQuery, row_id: int, form: DecisionForm
) -> int | None:
    """Where auto-advance leads; None where the panel stays."""
    stays = not form.is_valid() or form.cleaned_data["action"] in {UNDO, NEEDS_REVIEW}
    if stays or not request.POST.get("advance"):
        return None
    return next_row_id(cleanset, query, row_id)


def _swap(
    request: HttpRequest,
    cleanset: Cleanset,
    query: ReviewQuery,
    row_id: int,
    shown_id: int,
    said: Said,
) -> HttpResponse:
    """The row in the table and the counts; from the panel also the row that it shows then."""
    context = {
        "swapped": read_row(cleanset, row_id, query.shown),
        "row": read_row(cleanset, row_id, query.shown),
        "page": ReviewPage([], 0, query),
        "cleanset": cleanset,
        "error": said.error,
        "notice": said.notice,
        "decided": count_decisions(cleanset),
        "last_batch": last_standing_batch(cleanset),
        "can_write": cleanset.is_current,
        "is_fragment": True,
    }
    if "resolver" not in request.POST:
        return render(request, "studio/review_row_swap.html", context)
    context |= detail_context(request, cleanset, query, shown_id)
    return render(request, "studio/resolver_swap.html", context)


def _decide(request: HttpRequest, cleanset: Cleanset, row_id: int, form: DecisionForm) -> Said:
    assert isinstance(request.user, User)
    action, label = form.cleaned_data["action"], form.cleaned_data["label"]
    try:
        return _act(cleanset, row_id, action, label, request.user)
    except InputError as error:
        return Said(error.message)


def _act(cleanset: Cleanset, row_id: int, action: str, label: str, user: User) -> Said:
    if action == UNDO:
        undone = undo_row(cleanset=cleanset, row_id=row_id, user=user)
        return Said("" if undone else "There is nothing to undo for this row.")
    if action == NEEDS_REVIEW:
        toggle_needs_review(cleanset=cleanset, row_id=row_id, user=user)
    elif action == Action.AUTO_FIX:
        change = auto_fix_row(cleanset, row_id)
        apply_changes(cleanset=cleanset, changes=[change], user=user)
    else:
        decide_row(cleanset=cleanset, row_id=row_id, action=action, label=label, user=user)
    given = check_label(cleanset, action, label) if action == Action.LABEL else None
    return Said(notice=describe_look_alikes(cleanset, given))
