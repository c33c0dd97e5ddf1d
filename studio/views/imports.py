from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from automl.errors import InputError
from studio.access import can_write, import_for, ready_cleanset_for
from studio.decision_imports import create_import
from studio.decisions import check_open
from studio.forms import ImportForm
from studio.jobs import latest_job
from studio.models import Cleanset, DecisionImport, User
from studio.undo import is_standing
from studio.views.pages import redirect_after_upload, refuse_upload

N_LISTED = 10


@require_http_methods(["GET", "POST"])
def import_create(request: HttpRequest, cleanset_id: UUID) -> HttpResponse:
    cleanset = ready_cleanset_for(request.user, cleanset_id, write=True)
    if request.method == "GET":
        return _open_form(request, cleanset)
    form = ImportForm(request.POST, request.FILES)
    if status := refuse_upload(request, form):
        return _show_form(request, cleanset, form, status=status)
    made = _create(request, cleanset, form)
    if made is None:
        return _show_form(request, cleanset, form, status=422)
    return redirect_after_upload(request, "studio:import_detail", made.pk)


@require_safe
def import_detail(request: HttpRequest, import_id: UUID) -> HttpResponse:
    return render(request, "studio/import_detail.html", _context(request, import_id))


@require_safe
def import_status(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """The part of the page that changes while the file is read."""
    return render(request, "studio/import_state.html", _context(request, import_id))


def _open_form(request: HttpRequest, cleanset: Cleanset) -> HttpResponse:
    try:
        check_open(cleanset)
    except InputError as error:
        messages.error(request, error.message)
        return redirect("studio:project_version", cleanset.project_id, cleanset.version)
    form = ImportForm(initial={"idempotency_key": uuid4().hex})
    return _show_form(request, cleanset, form, status=200)


def _create(request: HttpRequest, cleanset: Cleanset, form: ImportForm) -> DecisionImport | None:
    assert isinstance(request.user, User)
    try:
        return create_import(
            user=request.user,
            cleanset=cleanset,
            file_name=form.shown_name,
            path=Path(form.cleaned_data["file"].temporary_file_path()),
            idempotency_key=form.cleaned_data["idempotency_key"],
            **form.asked,
        )
    except InputError as error:
        form.add_error("file", error.message)
        return None


def _show_form(
    request: HttpRequest, cleanset: Cleanset, form: ImportForm, *, status: int
) -> HttpResponse:
    earlier = DecisionImport.objects.filter(cleanset=cleanset).order_by("-created_at")
    context = {
        "form": form,
        "cleanset": cleanset,
        "project": cleanset.project,
        "earlier": earlier[:N_LISTED],
    }
    return render(request, "studio/import_create.html", context, status=status)


def _context(request: HttpRequest, import_id: UUID) -> dict[str, Any]:
    made = import_for(request.user, import_id)
    cleanset = made.cleanset
    is_writable = cleanset.is_current and can_write(request.user, made.workspace)
    has_batch = made.batch_id is not None and is_standing(cleanset, made.batch_id)
    return {
        "import": made,
        "cleanset": cleanset,
        "project": cleanset.project,
        "job": latest_job(made.pk),
        "can_write": is_writable,
        "can_undo": is_writable and has_batch,
        "is_undone": made.batch_id is not None and not has_batch,
    }
