import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from automl.errors import InputError
from automl.schema import Schema
from inference.playground.dataset_rows import read_row
from inference.playground.explaining import explain, what_if_places
from inference.playground.fields import make_fields, read_cells
from inference.playground.snippets import of_example
from inference.serving_client import ServingUnavailableError
from models_app.access import model_for
from models_app.models import DeployedModel
from models_app.views.models import page_context
from studio.files import FileMissingError
from studio.snippets import KEY
from studio.views.pages import read_number

NO_ROW = -1


@require_http_methods(["GET", "POST"])
def model_playground(request: HttpRequest, model_id: UUID) -> HttpResponse:
    """The form, on a GET with a row of the dataset in it; on a POST also what is predicted."""
    model = model_for(request.user, model_id)
    if model.status != DeployedModel.Status.TRAINED:
        return redirect("inference:result_list", model.pk)
    if request.method == "GET":
        row = read_number(request.GET.get("row"), NO_ROW)
        return _show_page(request, model, _read_example(request, model, row), {"row": row + 1})
    cells = read_cells(model, request.POST)
    result, status = _predict(request, model, cells)
    if request.htmx:  # type: ignore[attr-defined]
        # htmx would not show what comes with another status.
        return render(request, "inference/playground/result.html", {"model": model} | result)
    return _show_page(request, model, cells, result, status=status)


def _read_example(request: HttpRequest, model: DeployedModel, row: int) -> list[str]:
    if 0 <= row < model.cleanset.project.dataset.n_rows:
        try:
            return read_row(model, row)
        except FileMissingError:
            messages.error(request, "The file of this dataset is missing from storage.")
    return [""] * len(model.cleanset.project.feature_schema)


def _predict(
    request: HttpRequest, model: DeployedModel, cells: list[str]
) -> tuple[dict[str, Any], int]:
    places = dict(what_if_places(model))
    chosen = read_number(request.POST.get("what_if"), NO_ROW)
    place = chosen if chosen in places else None
    context = {"what_if_place": place} | _make_snippets(model, cells)
    try:
        return context | {"found": explain(model, cells, place)}, 200
    except InputError as error:
        return context | {"error": error.message}, 422
    except ServingUnavailableError as error:
        return context | {"error": error.message}, 503


def _make_snippets(model: DeployedModel, cells: list[str]) -> dict[str, Any]:
    names = Schema.from_json(model.cleanset.project.feature_schema).names
    row = dict(zip(names, cells, strict=True))
    return {"snippets": of_example(model.hex_id, row), "key": KEY}


def _show_page(
    request: HttpRequest,
    model: DeployedModel,
    cells: list[str],
    result: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    context = page_context(request, model) | {
        "tab": "playground",
        "fields": make_fields(model, cells),
        "what_if_places": what_if_places(model),
        "next_row": secrets.randbelow(max(model.cleanset.project.dataset.n_rows, 1)),
    }
    page = "inference/playground/page.html"
    return render(request, page, context | result, status=status)
