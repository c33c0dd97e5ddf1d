from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from automl.errors import InputError
from studio.access import dataset_for, require_writer, rows_for, workspace_for
from studio.datasets import create_dataset, create_from_sample, name_of_file, reread_dataset
from studio.forms import RereadForm, UploadForm, UrlForm
from studio.jobs import latest_job
from studio.models import Dataset, User
from studio.samples import SAMPLES, get_sample
from studio.trash import delete_row
from studio.url_uploads import create_dataset_from_url
from studio.views.pages import paginate, redirect_after_upload, refuse_upload

PREVIEW_COLUMNS = 30


@require_safe
def dataset_list(request: HttpRequest) -> HttpResponse:
    datasets = rows_for(Dataset, request.user).order_by("-created_at")
    context = {"page": paginate(request, datasets), "samples": SAMPLES}
    return render(request, "studio/dataset_list.html", context)


@require_http_methods(["GET", "POST"])
def dataset_create(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _show_upload(request)
    workspace = workspace_for(request.user)
    require_writer(request.user, workspace)
    form = UploadForm(request.POST, request.FILES)
    if status := refuse_upload(request, form):
        return _show_upload(request, form=form, status=status)
    assert isinstance(request.user, User)
    dataset = create_dataset(
        user=request.user,
        workspace=workspace,
        name=name_of_file(form.shown_name),
        file_name=form.shown_name,
        path=Path(form.cleaned_data["file"].temporary_file_path()),
    )
    return redirect_after_upload(request, "studio:dataset_detail", dataset.pk)


@require_POST
def url_dataset_create(request: HttpRequest) -> HttpResponse:
    require_writer(request.user, workspace_for(request.user))
    form = UrlForm(request.POST)
    if not form.is_valid():
        return _show_upload(request, url_form=form, status=422)
    assert isinstance(request.user, User)
    try:
        dataset = create_dataset_from_url(user=request.user, url=form.cleaned_data["url"])
    except InputError as error:
        form.add_error("url", error.message)
        return _show_upload(request, url_form=form, status=422)
    return redirect("studio:dataset_detail", dataset.pk)


@require_POST
def sample_create(request: HttpRequest) -> HttpResponse:
    sample = get_sample(request.POST.get("key", ""))
    if sample is None:
        messages.error(request, "There is no such sample.")
        return redirect("studio:dataset_create")
    assert isinstance(request.user, User)
    workspace = workspace_for(request.user)
    require_writer(request.user, workspace)
    dataset = create_from_sample(user=request.user, workspace=workspace, sample=sample)
    return redirect("studio:dataset_detail", dataset.pk)


@require_safe
def dataset_detail(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    return render(request, "studio/dataset_detail.html", _context(request, dataset_id))


@require_safe
def dataset_status(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """The part of the page that changes while the file is read."""
    return render(request, "studio/dataset_state.html", _context(request, dataset_id))


@require_POST
def dataset_reread(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    dataset = dataset_for(request.user, dataset_id, write=True)
    form = RereadForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose an encoding and a separator from the lists.")
    elif not reread_dataset(
        dataset=dataset,
        encoding=form.cleaned_data["encoding"],
        delimiter=form.cleaned_data["delimiter"],
        asked_types={} if form.cleaned_data["forgets_types"] else dataset.asked_types,
    ):
        messages.error(request, "Projects already rest on this dataset: upload the file anew.")
    return redirect("studio:dataset_detail", dataset.pk)


@require_http_methods(["GET", "POST"])
def dataset_delete(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    dataset = dataset_for(request.user, dataset_id, write=True)
    if request.method == "POST":
        delete_row(dataset)
        messages.success(request, f"Deleted the dataset “{dataset.name}”.")
        return redirect("studio:dataset_list")
    return render(request, "studio/dataset_delete.html", {"dataset": dataset})


def _show_upload(
    request: HttpRequest,
    *,
    form: UploadForm | None = None,
    url_form: UrlForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form or UploadForm(),
        "url_form": url_form or UrlForm(),
        "has_url_uploads": settings.UPLOAD_FROM_URL,
        "samples": SAMPLES,
    }
    return render(request, "studio/dataset_create.html", context, status=status)


def _context(request: HttpRequest, dataset_id: UUID) -> dict[str, object]:
    dataset = dataset_for(request.user, dataset_id)
    return {
        "dataset": dataset,
        "job": latest_job(dataset.pk),
        "reread": RereadForm(
            initial={"encoding": dataset.asked_encoding, "delimiter": dataset.asked_delimiter}
        ),
        "shown_profiles": dataset.profiles[:PREVIEW_COLUMNS],
        "preview": [row[:PREVIEW_COLUMNS] for row in dataset.preview],
    }
