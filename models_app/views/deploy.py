from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from automl.errors import InputError
from automl.read_back import warn_of_changed
from models_app.access import model_for
from models_app.deploy import (
    cancel_training,
    deploy_model,
    new_key,
    retrain_model,
    stop_training,
)
from models_app.forms import DeployForm
from models_app.models import DeployedModel
from models_app.time_limits import has_contender
from models_app.views.outcomes import do_and_tell
from studio.access import cleanset_for
from studio.decisions import count_decisions
from studio.memory_estimates import memory_estimates
from studio.models import Cleanset, Project, User
from studio.time_limits import estimates_in_words
from studio.trash import delete_row


@require_http_methods(["GET", "POST"])
def model_create(request: HttpRequest, cleanset_id: UUID) -> HttpResponse:
    cleanset = cleanset_for(request.user, cleanset_id, write=True)
    project = cleanset.project
    if not project.has_classes:
        messages.info(request, "A project whose labels are no classes cannot be deployed.")
        return redirect("studio:project_detail", project.pk)
    if request.method == "GET":
        initial = {"name": project.name[:100], "preset": project.preset}
        form = DeployForm(initial=initial | {"idempotency_key": new_key()})
        return _show_form(request, cleanset, form, status=200)
    form = DeployForm(request.POST)
    model = _deploy(request, cleanset, form) if form.is_valid() else None
    if model is None:
        return _show_form(request, cleanset, form, status=422)
    messages.success(request, "Your model has started deployment.")
    return redirect("studio:project_detail", cleanset.project_id)


@require_POST
def model_retrain(request: HttpRequest, model_id: UUID) -> HttpResponse:
    model = model_for(request.user, model_id, write=True)
    assert isinstance(request.user, User)
    try:
        new = retrain_model(user=request.user, model=model)
    except InputError as error:
        messages.error(request, error.message)
        return redirect("inference:result_list", model.pk)
    messages.success(request, "Re-training has started on the cleanset as it is now.")
    return redirect("inference:result_list", new.pk)


@require_POST
def model_stop(request: HttpRequest, model_id: UUID) -> HttpResponse:
    model = model_for(request.user, model_id, write=True)

    def stop() -> str:
        stop_training(model)
        return _say_when_it_stops(model)

    do_and_tell(request, stop)
    return redirect("inference:result_list", model.pk)


@require_POST
def model_cancel(request: HttpRequest, model_id: UUID) -> HttpResponse:
    model = model_for(request.user, model_id, write=True)

    def cancel() -> str:
        cancel_training(model)
        return "Training was cancelled."

    do_and_tell(request, cancel)
    return redirect("inference:result_list", model.pk)


@require_http_methods(["GET", "POST"])
def model_delete(request: HttpRequest, model_id: UUID) -> HttpResponse:
    model = model_for(request.user, model_id, write=True)
    if request.method == "POST":
        delete_row(model)
        messages.success(request, f"Deleted the model “{model.name}” and its predictions.")
        return redirect("models_app:model_list")
    return render(request, "models_app/model_delete.html", {"model": model})


def _say_when_it_stops(model: DeployedModel) -> str:
    if has_contender(model.pk):
        return "Training stops; the model is made of what is ready."
    return "Training stops as soon as the first model is ready."


def _deploy(request: HttpRequest, cleanset: Cleanset, form: DeployForm) -> DeployedModel | None:
    assert isinstance(request.user, User)
    try:
        return deploy_model(user=request.user, cleanset=cleanset, **form.cleaned_data)
    except InputError as error:
        form.add_error(None, error.message)
        return None


def _show_form(
    request: HttpRequest, cleanset: Cleanset, form: DeployForm, *, status: int
) -> HttpResponse:
    context = {"form": form, "cleanset": cleanset, "decided": count_decisions(cleanset)}
    if cleanset.project.problem_type == Project.ProblemType.MULTI_CLASS:
        context["warnings"] = warn_of_changed(cleanset.classes)
    context |= {"estimates": estimates_in_words(cleanset), "memory": memory_estimates(cleanset)}
    return render(request, "models_app/model_create.html", context, status=status)
