"""A model's predictions, and bringing it another file."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from automl.errors import InputError
from inference.batches import create_batch
from inference.forms import BatchForm
from inference.models import InferenceResult
from inference.progress import result_progress
from inference.template_file import header_csv
from models_app.access import model_for
from models_app.deploy import new_key
from models_app.large_files import serving_facts
from models_app.models import DeployedModel
from models_app.views.models import page_context
from studio.models import User
from studio.views.pages import paginate, redirect_after_upload, refuse_upload


@require_safe
def result_list(request: HttpRequest, model_id: UUID) -> HttpResponse:
    """The model's page: what it has predicted so far."""
    model = model_for(request.user, model_id)
    context = page_context(request, model) | _table_context(request, model) | {"tab": "results"}
    return render(request, "inference/result_list.html", context)


@require_safe
def result_table(request: HttpRequest, model_id: UUID) -> HttpResponse:
    """Polled while a prediction is pending."""
    model = model_for(request.user, model_id)
    context = page_context(request, model) | _table_context(request, model)
    return render(request, "inference/result_table.html", context)


@require_http_methods(["GET", "POST"])
def result_create(request: HttpRequest, model_id: UUID) -> HttpResponse:
    model = model_for(request.user, model_id, write=True)
    if model.status != DeployedModel.Status.TRAINED:
        messages.info(request, "This model is not trained yet.")
        return redirect("inference:result_list", model.pk)
    if request.method == "GET":
        form = BatchForm(initial={"idempotency_key": new_key()})
        return _show_form(request, model, form, status=200)
    form = BatchForm(request.POST, request.FILES)
    if status := refuse_upload(request, form):
        return _show_form(request, model, form, status=status)
    result = _create(request, model, form)
    if result is None:
        return _show_form(request, model, form, status=422)
    return redirect_after_upload(request, "inference:result_detail", result.pk)


@require_safe
def template_csv(request: HttpRequest, model_id: UUID) -> HttpResponse:
    model = model_for(request.user, model_id)
    names = [column["name"] for column in model.cleanset.project.feature_schema]
    return header_csv(names, f"{model.name} template.csv")


def _create(request: HttpRequest, model: DeployedModel, form: BatchForm) -> InferenceResult | None:
    assert isinstance(request.user, User)
    try:
        return create_batch(
            user=request.user,
            model=model,
            file_name=form.shown_name,
            path=Path(form.cleaned_data["file"].temporary_file_path()),
            idempotency_key=form.cleaned_data["idempotency_key"],
            asks_first=True,
        )
    except InputError as error:
        form.add_error("file", error.message)
        return None


def _show_form(
    request: HttpRequest, model: DeployedModel, form: BatchForm, *, status: int
) -> HttpResponse:
    context = page_context(request, model) | {"form": form}
    return render(request, "inference/result_create.html", context, status=status)


def _table_context(request: HttpRequest, model: DeployedModel) -> dict[str, Any]:
    results = InferenceResult.objects.filter(deployed_model=model)
    page = paginate(request, results.order_by("-created_at"))
    lines = [{"result": result, "progress": result_progress(result)} for result in page]
    return {
        "page": page,
        "lines": lines,
        "is_pending": any(line["progress"] for line in lines),
        "serving": serving_facts(model),
    }
