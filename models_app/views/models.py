from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from models_app.access import model_for, models_for
from models_app.deploy import is_outdated
from models_app.evaluation_page import read_evaluation
from models_app.large_files import serving_facts
from models_app.leaderboard import baselines_of, candidates_in_order
from models_app.models import DeployedModel
from models_app.progress import model_progress
from models_app.verification import verification_state
from studio.access import can_write, project_for
from studio.views.pages import paginate

RECENT = 5


@require_safe
def model_list(request: HttpRequest) -> HttpResponse:
    page = paginate(request, models_for(request.user).order_by("-created_at"))
    context = {"page": page, "lines": _lines(page)}
    return render(request, "models_app/model_list.html", context)


@require_safe
def model_table(request: HttpRequest) -> HttpResponse:
    """Fragment of the dashboard."""
    recent = models_for(request.user).order_by("-created_at")[:RECENT]
    return render(request, "models_app/model_table.html", {"lines": _lines(recent)})


@require_safe
def project_models(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Fragment of the project page."""
    project = project_for(request.user, project_id)
    models = models_for(request.user).filter(cleanset__project=project).order_by("-created_at")
    context = {"lines": _lines(models), "is_on_project": True}
    return render(request, "models_app/model_table.html", context)


@require_safe
def model_status(request: HttpRequest, model_id: UUID) -> HttpResponse:
    """The status wheel; comes back without a trigger when there is nothing more to wait for."""
    model = model_for(request.user, model_id)
    can_change = can_write(request.user, model.workspace)
    context = {"model": model, "progress": model_progress(model), "can_write": can_change}
    if request.GET.get("view") == "page":
        response = render(request, "models_app/model_training.html", context)
        if context["progress"] is None:
            response.headers["HX-Refresh"] = "true"
        return response
    return render(request, "models_app/model_status.html", context)


@require_safe
def model_details(request: HttpRequest, model_id: UUID) -> HttpResponse:
    model = model_for(request.user, model_id)
    context = (
        page_context(request, model)
        | {
            "tab": "details",
            "candidates": candidates_in_order(model),
            "baselines": baselines_of(model),
            "evaluation": read_evaluation(model.evaluation_file),
            "thresholds": _label_thresholds(model),
            "serving": serving_facts(model),
        }
        | verification_state(model)
    )
    return render(request, "models_app/model_details.html", context)


def _label_thresholds(model: DeployedModel) -> list[tuple[str, float]]:
    own = (model.rule or {}).get("thresholds") or []
    return list(zip(model.classes, own, strict=False))


def page_context(request: HttpRequest, model: DeployedModel) -> dict[str, Any]:
    """What the head of a model's page needs, on every tab."""
    project = model.cleanset.project
    return {
        "model": model,
        "project": project,
        "progress": model_progress(model),
        "is_outdated": is_outdated(model),
        "can_write": can_write(request.user, model.workspace),
    }


def _lines(models: Any) -> list[dict[str, Any]]:
    return [{"model": model, "progress": model_progress(model)} for model in models]
