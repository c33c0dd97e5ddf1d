"""An example, its reasons and what would be if, predicted in one request."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from automl.errors import InputError
from automl.schema import Schema
from inference.playground.dataset_rows import usual_cells
from inference.playground.variants import MAX_VARIANTS, Variant, reason_variants, with_values
from inference.serving_client import ask_serving
from models_app.charts import bar_widths
from models_app.models import DeployedModel

# With fifty variants of it, this is what one request may hold.
MAX_CHARS = 200_000
SHOWN_REASONS = 10
SMALLEST_REASON = 0.001
SHOWN_CLASSES = 10
WHAT_IF_CLASSES = 3


@dataclass(frozen=True)
class Explanation:
    """What the page shows of one example."""

    labels: list[str]
    classes: list[dict[str, Any]]
    warnings: list[dict[str, str]]
    # The class that the reasons speak of, and how many changes were tried.
    explained: str
    reasons: list[dict[str, Any]]
    n_tried: int
    max_tried: int = MAX_VARIANTS
    what_if: dict[str, Any] | None = None
    more_classes: list[dict[str, Any]] = field(default_factory=list)


def explain(model: DeployedModel, cells: Sequence[str], what_if: int | None) -> Explanation:
    """Raises InputError; ServingUnavailableError where it may be tried again."""
    if sum(map(len, cells)) > MAX_CHARS:
        raise InputError("TOO_LARGE", f"An example may have at most {MAX_CHARS:,} characters here.")
    tried = reason_variants(model, cells)
    supposed = [] if what_if is None else _suppose(model, cells, what_if)
    rows = [list(cells), *(variant.cells for variant in [*tried, *supposed])]
    names = Schema.from_json(model.cleanset.project.feature_schema).names
    found = ask_serving(model, names, [list(column) for column in zip(*rows, strict=True)])
    classes, pred_probs = found["classes"], found["pred_probs"]
    order = sorted(range(len(classes)), key=lambda k: -pred_probs[0][k])
    labels = found["labels"][0]
    explained = labels[0] if labels else order[0]
    lines = _class_lines(classes, pred_probs[0], order, set(labels))
    return Explanation(
        labels=[classes[k] for k in labels],
        classes=lines[:SHOWN_CLASSES],
        more_classes=lines[SHOWN_CLASSES:],
        warnings=found["warnings"][0],
        explained=classes[explained],
        reasons=_rank_reasons(tried, [probs[explained] for probs in pred_probs]),
        n_tried=len(tried),
        what_if=_lay_out_what_if(
            model, what_if, supposed, classes, pred_probs[1 + len(tried) :], order
        ),
    )


def what_if_places(model: DeployedModel) -> list[tuple[int, str]]:
    """Columns that have values to suppose, by their place in the schema."""
    schema = Schema.from_json(model.cleanset.project.feature_schema)
    return [
        (place, column.name)
        for place, column in enumerate(schema.columns)
        if column.kind in {"numeric", "categorical", "boolean", "datetime"}
    ]


def _suppose(model: DeployedModel, cells: Sequence[str], place: int) -> list[Variant]:
    """What is entered first, then what is usual."""
    column = Schema.from_json(model.cleanset.project.feature_schema).columns[place]
    values = dict.fromkeys([cells[place], *usual_cells(model, column)])
    return with_values(cells, place, list(values))


def _class_lines(
    classes: list[str], probs: list[float], order: list[int], chosen: set[int]
) -> list[dict[str, Any]]:
    return [
        {
            "name": classes[k],
            "probability": probs[k],
            "width": f"{probs[k] * 100:.1f}",
            "is_chosen": k in chosen,
        }
        for k in order
    ]


def _rank_reasons(tried: list[Variant], probs: list[float]) -> list[dict[str, Any]]:
    """By how much the probability of the explained class changes; `probs` begins with its own."""
    effects = [probs[0] - changed for changed in probs[1 : 1 + len(tried)]]
    ranked = sorted(zip(tried, effects, strict=True), key=lambda pair: -abs(pair[1]))
    shown = [pair for pair in ranked if abs(pair[1]) >= SMALLEST_REASON][:SHOWN_REASONS]
    widths = bar_widths([abs(effect) for _, effect in shown])
    return [
        {"variant": variant, "effect": effect, "width": width}
        for (variant, effect), width in zip(shown, widths, strict=True)
    ]


def _lay_out_what_if(
    model: DeployedModel,
    place: int | None,
    supposed: list[Variant],
    classes: list[str],
    pred_probs: list[list[float]],
    order: list[int],
) -> dict[str, Any] | None:
    if place is None:
        return None
    shown = order[:WHAT_IF_CLASSES]
    lines = [
        {
            "value": variant.title,
            "is_entered": i == 0,
            "cells": [{"probability": row[k], "width": f"{row[k] * 100:.1f}"} for k in shown],
        }
        for i, (variant, row) in enumerate(zip(supposed, pred_probs, strict=True))
    ]
    name = model.cleanset.project.feature_schema[place]["name"]
    return {"name": name, "classes": [classes[k] for k in shown], "lines": lines}
