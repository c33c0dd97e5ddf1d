"""One file and its predictions: what was found before, how far it is, and what came out."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from automl.errors import InputError
from automl.schema import Schema
from inference.access import result_for
from inference.column_choices import as_chosen, propose
from inference.export_links import make_link
from inference.forms import ColumnsForm
from inference.models import InferenceResult
from inference.prediction_export import KINDS, PLAIN, WITH_COLUMNS, can_export
from inference.progress import result_progress
from inference.review_budget import BudgetLine, choose_line, read_budget
from inference.row_findings import MAX_LOOKED_AT, list_findings, say_places
from inference.starting import confirm_columns, find_labels, look_again
from models_app.evaluation_page import read_evaluation
from models_app.large_files import LARGE_FILE_ROWS, serving_facts
from models_app.views.models import page_context
from studio.files import FileMissingError
from studio.jobs import cancel_subject
from studio.table_formats import FORMATS
from studio.trash import delete_row
from studio.views.pages import read_share

logger = logging.getLogger(__name__)

# What held-out rows should have reached, where nobody asks for something else.
USUAL_ACCURACY = 0.95
Status = InferenceResult.Status


@require_safe
def result_detail(request: HttpRequest, result_id: UUID) -> HttpResponse:
    result = result_for(request.user, result_id)
    return render(request, "inference/result_detail.html", _context(request, result))


@require_safe
def result_status(request: HttpRequest, result_id: UUID) -> HttpResponse:
    """Polled while something is being done; then the whole page is loaded anew."""
    result = result_for(request.user, result_id)
    context = _context(request, result)
    response = render(request, "inference/result_progress.html", context)
    if context["result_progress"] is None:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
def result_start(request: HttpRequest, result_id: UUID) -> HttpResponse:
    return _choose_columns(request, result_id, _confirm)


@require_POST
def result_look(request: HttpRequest, result_id: UUID) -> HttpResponse:
    """What is odd in the columns that are chosen, before anything is predicted."""
    return _choose_columns(request, result_id, _look)


@require_POST
def result_cancel(request: HttpRequest, result_id: UUID) -> HttpResponse:
    result = result_for(request.user, result_id, write=True)
    if result.status in InferenceResult.PENDING:
        cancel_subject(result.pk)
        messages.success(request, "The prediction was cancelled.")
    return redirect("inference:result_detail", result.pk)


@require_http_methods(["GET", "POST"])
def result_delete(request: HttpRequest, result_id: UUID) -> HttpResponse:
    result = result_for(request.user, result_id, write=True)
    if request.method == "POST":
        delete_row(result)
        messages.success(request, f"Deleted the predictions for “{result.file_name}”.")
        return redirect("inference:result_list", result.deployed_model_id)
    return render(request, "inference/result_delete.html", {"result": result})


def _choose_columns(
    request: HttpRequest, result_id: UUID, act: Callable[[InferenceResult, ColumnsForm], None]
) -> HttpResponse:
    result = result_for(request.user, result_id, write=True)
    if result.status != Status.CHECKED:
        return redirect("inference:result_detail", result.pk)
    form = _columns_form(result, request.POST)
    if not form.is_valid() or not _is_done(act, result, form):
        context = _context(request, result) | {"form": form}
        return render(request, "inference/result_detail.html", context, status=422)
    return redirect("inference:result_detail", result.pk)


def _is_done(
    act: Callable[[InferenceResult, ColumnsForm], None], result: InferenceResult, form: ColumnsForm
) -> bool:
    try:
        act(result, form)
    except InputError as error:
        form.add_error(None, error.message)
        return False
    return True


def _confirm(result: InferenceResult, form: ColumnsForm) -> None:
    is_always_full = form.cleaned_data["is_always_full"]
    confirm_columns(result=result, positions=form.positions, is_always_full=is_always_full)


def _look(result: InferenceResult, form: ColumnsForm) -> None:
    look_again(result=result, positions=form.positions)


def _columns_form(result: InferenceResult, data: Any = None) -> ColumnsForm:
    schema = Schema.from_json(result.deployed_model.cleanset.project.feature_schema)
    choices = propose(schema, result.column_names, result.deployed_model)
    if result.facts.get("is_chosen"):
        choices = as_chosen(choices, result.positions)
    return ColumnsForm(data, choices=choices, names=result.column_names)


def _context(request: HttpRequest, result: InferenceResult) -> dict[str, Any]:
    model = result.deployed_model
    serving = serving_facts(model)
    context = page_context(request, model) | {
        "result": result,
        "result_progress": result_progress(result),
        "serving": serving,
        "asks_ensemble": serving is not None and result.n_rows > LARGE_FILE_ROWS,
    }
    if result.status == Status.CHECKED:
        context["form"] = _columns_form(result)
        context["missing"] = _say_missing(result, context["form"])
        context |= _other_columns(result, context["form"])
        context["findings"] = list_findings(result, result.facts.get("ahead"))
        context["findings_text"] = _say_looked(result)
    if result.status == Status.READY:
        context |= _outcome(result)
        accuracy = read_share(request.GET.get("accuracy"), USUAL_ACCURACY)
        chosen = choose_line(context["budget"], accuracy)
        context |= {"asked_accuracy": accuracy, "chosen": chosen}
    return context


def _say_looked(result: InferenceResult) -> str:
    columns = "you chose" if result.facts.get("is_chosen") else "found or proposed"
    return (
        f"They will be predicted all the same, and listed then. So far the columns {columns} "
        f"were looked at, in at most {MAX_LOOKED_AT:,} rows. {say_places(result)}"
    )


def _outcome(result: InferenceResult) -> dict[str, Any]:
    model = result.deployed_model
    held_out = read_evaluation(model.evaluation_file)
    evaluation = read_evaluation(result.evaluation_file)
    return {
        "exports": _exports(result),
        "link_minutes": settings.EXPORT_LINK_SECONDS // 60,
        "evaluation": evaluation,
        "facts": evaluation and evaluation["facts"],
        "rows_name": "labelled",
        "promise": model.candidates.filter(is_deployed=True).first(),
        "mix": [(name, n, n / max(result.n_rows, 1)) for name, n in result.facts.get("mix", [])],
        "findings": list_findings(result, result.facts.get("warnings")),
        "findings_text": (
            "These rows were predicted all the same. The export with your columns names each. "
            + say_places(result)
        ),
        "drifts": _drifts(result.facts),
        "n_novel": result.facts.get("n_novel"),
        "novel_share": (result.facts.get("n_novel") or 0) / max(result.n_rows, 1),
        "budget": _budget(result, held_out["facts"]["coverage"]) if held_out else [],
    }


def _drifts(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Predicted labels first, then columns, the largest difference first."""
    of_labels = [facts["label_drift"]] if facts.get("label_drift") else []
    return [*of_labels, *sorted(facts.get("drift", []), key=lambda each: -each["psi"])]


def _budget(result: InferenceResult, coverage: list[dict[str, Any]]) -> list[BudgetLine]:
    try:
        return read_budget(result, coverage)
    except FileMissingError as error:
        logger.error("predictions of %s: %s", result.pk.hex, error)
        return []


def _other_columns(result: InferenceResult, form: ColumnsForm) -> dict[str, Any]:
    """What the file has besides the columns of the model."""
    proposed = [choice.position for choice in form.choices]
    labels = find_labels(result, proposed)
    used = {*proposed, labels}
    return {
        "label_name": None if labels is None else result.column_names[labels],
        "unused": [name for i, name in enumerate(result.column_names) if i not in used],
    }


def _say_missing(result: InferenceResult, form: ColumnsForm) -> str:
    """Which columns of the model the file does not have, in the words of every refusal."""
    missing = {choice.name for choice in form.choices if choice.how == "missing"}
    every = Schema.from_json(result.deployed_model.cleanset.project.feature_schema)
    schema = Schema(tuple(column for column in every.columns if column.name in missing))
    try:
        schema.require(result.column_names)
    except InputError as error:
        return error.message
    return ""


def _exports(result: InferenceResult) -> list[dict[str, Any]]:
    titles = {PLAIN: "Class probabilities", WITH_COLUMNS: "With your columns"}
    return [
        {
            "key": kind,
            "title": titles[kind],
            "formats": [
                (k, f, make_link(result, kind, k))
                for k, f in FORMATS.items()
                if can_export(result, kind, k)
            ],
        }
        for kind in KINDS
    ]
