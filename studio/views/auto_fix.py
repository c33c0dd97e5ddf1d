"""Fixing a whole cleanset by a rule, after seeing what it would do."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from automl.errors import InputError
from studio.access import ready_cleanset_for
from studio.auto_fix import (
    STRATEGIES,
    Fact,
    Strategy,
    auto_fix,
    offered_strategies,
    plan_changes,
    read_open,
)
from studio.decisions import Action
from studio.models import Cleanset, User


@require_http_methods(["GET", "POST"])
def cleanset_auto_fix(request: HttpRequest, cleanset_id: UUID) -> HttpResponse:
    cleanset = ready_cleanset_for(request.user, cleanset_id, write=True)
    if request.method == "GET":
        facts = read_open(cleanset)
        choices = [_describe(facts, strategy) for strategy in offered_strategies(cleanset)]
        context = {"cleanset": cleanset, "project": cleanset.project, "choices": choices}
        return render(request, "studio/auto_fix.html", context)
    strategy = STRATEGIES.get(request.POST.get("strategy", ""))
    if strategy is None:
        messages.error(request, "Choose one of the ways.")
        return redirect("studio:cleanset_auto_fix", cleanset.pk)
    _apply(request, cleanset, strategy)
    return redirect("studio:project_detail", cleanset.project_id)


def _describe(facts: list[Fact], strategy: Strategy) -> dict[str, Any]:
    changes = plan_changes(facts, strategy)
    n_excluded = sum(change.action == Action.EXCLUDE for change in changes)
    return {
        "strategy": strategy,
        "n_excluded": n_excluded,
        "n_relabelled": len(changes) - n_excluded,
    }


def _apply(request: HttpRequest, cleanset: Cleanset, strategy: Strategy) -> None:
    assert isinstance(request.user, User)
    try:
        n_rows, _ = auto_fix(cleanset=cleanset, strategy=strategy, user=request.user)
    except InputError as error:
        messages.error(request, error.message)
        return
    said = f"{strategy.title}: changed {n_rows:,} rows. “Undo last” takes it back."
    messages.success(request, said if n_rows else "There was nothing to change.")
