from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from automl.errors import InputError
from automl.project_guess import guess_setup
from studio.access import (
    can_write,
    dataset_for,
    project_for,
    require_writer,
    row_for,
    rows_for,
)
from studio.converters import parse_id
from studio.forms import ProjectForm
from studio.jobs import latest_job
from studio.models import Cleanset, Dataset, Project, User
from studio.projects import create_project
from studio.trash import delete_row
from studio.views.pages import paginate
from studio.views.review import find_jump, review_context


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    projects = rows_for(Project, request.user).select_related("dataset")
    page = paginate(request, projects.prefetch_related("cleansets").order_by("-created_at"))
    return render(request, "studio/project_list.html", {"page": page})


@require_http_methods(["GET", "POST"])
def project_create(request: HttpRequest) -> HttpResponse:
    dataset = dataset_for(request.user, parse_id(request.GET.get("dataset", "")))
    if dataset.status != Dataset.Status.READY:
        messages.info(request, "This dataset is not ready yet.")
        return redirect("studio:dataset_detail", dataset.pk)
    if request.method == "GET":
        form = ProjectForm(dataset=dataset, initial=_initial(dataset))
        return render(request, "studio/project_create.html", _form_context(dataset, form))
    require_writer(request.user, dataset.workspace)
    form = ProjectForm(request.POST, dataset=dataset)
    project = _create(request, dataset, form) if form.is_valid() else None
    if project is None:
        context = _form_context(dataset, form)
        return render(request, "studio/project_create.html", context, status=422)
    return redirect("studio:project_detail", project.pk)


@require_safe
def project_detail(
    request: HttpRequest, project_id: UUID, version: int | None = None
) -> HttpResponse:
    """The newest version, or the one that is asked for, which may be one to read only."""
    context = _detail_context(request, project_id, version)
    jump = find_jump(request, context["cleanset"]) if "page" in context else None
    if jump is not None:
        return redirect(f"{request.path}{jump}")
    fragment = request.htmx.target == "review"  # type: ignore[attr-defined]
    template = "studio/review_table.html" if fragment else "studio/project_detail.html"
    return render(request, template, context)


@require_safe
def cleanset_detail(request: HttpRequest, cleanset_id: UUID) -> HttpResponse:
    """Where scripts that know its id lead; it is a version of its project."""
    cleanset = row_for(Cleanset, request.user, cleanset_id)
    return redirect("studio:project_version", cleanset.project_id, cleanset.version)


@require_safe
def project_status(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Polled while the analysis runs; once it has ended the whole page is loaded anew."""
    context = _detail_context(request, project_id)
    response = render(request, "studio/project_state.html", context)
    if context["cleanset"].status != "analyzing":
        response.headers["HX-Refresh"] = "true"
    return response


@require_http_methods(["GET", "POST"])
def project_delete(request: HttpRequest, project_id: UUID) -> HttpResponse:
    project = project_for(request.user, project_id, write=True)
    if request.method == "POST":
        delete_row(project)
        messages.success(request, f"Deleted the project “{project.name}” and all below it.")
        return redirect("studio:project_list")
    return render(request, "studio/project_delete.html", {"project": project})


def _create(request: HttpRequest, dataset: Dataset, form: ProjectForm) -> Project | None:
    assert isinstance(request.user, User)
    try:
        return create_project(
            user=request.user,
            dataset=dataset,
            name=form.cleaned_data["name"],
            setup=form.setup,
            idempotency_key=form.cleaned_data["idempotency_key"],
        )
    except InputError as error:
        form.add_error(None, error.message)
        return None


def _initial(dataset: Dataset) -> dict[str, Any]:
    guess = guess_setup(dataset.profiles, dataset.n_rows)
    positions = {profile["name"]: profile["position"] for profile in dataset.profiles}
    return {
        "name": dataset.name[:100],
        "modality": guess["modality"],
        "problem_type": guess["problem_type"],
        "preset": Project.Preset.REGULAR,
        "label_column": positions.get(guess["label_column"]),
        "text_column": positions.get(guess["text_column"]),
        "feature_columns": [positions[name] for name in guess["feature_columns"]],
    }


def _form_context(dataset: Dataset, form: ProjectForm) -> dict[str, Any]:
    """Each column with its profile beside its box, so that the choice explains itself."""
    chosen = {str(value) for value in form["feature_columns"].value() or []}
    columns = [
        profile | {"is_chosen": str(profile["position"]) in chosen} for profile in dataset.profiles
    ]
    return {"dataset": dataset, "form": form, "columns": columns}


def _detail_context(
    request: HttpRequest, project_id: UUID, version: int | None = None
) -> dict[str, Any]:
    project = project_for(request.user, project_id)
    versions = list(project.cleansets.select_related("project__dataset").order_by("version"))
    cleanset = next((v for v in versions if v.version == version), None)
    if cleanset is None and version is not None:
        raise Http404("There is no such version.")
    cleanset = cleanset or versions[-1]
    context: dict[str, Any] = {"project": project, "cleanset": cleanset, "versions": versions}
    if cleanset.status != "ready":
        return context | {"job": latest_job(cleanset.pk), "parts": _parts(cleanset.pk)}
    may_write = can_write(request.user, project.workspace)
    return (
        context
        | review_context(request, cleanset)
        | {
            "is_old": not cleanset.is_current,
            "can_write": may_write and cleanset.is_current,
        }
    )


def _parts(cleanset_id: UUID) -> list[Any]:
    job = latest_job(cleanset_id)
    return list(job.children.order_by("created_at")) if job else []
