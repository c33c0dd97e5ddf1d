"""Request side of an evaluation: its JSON file as the template of Model Details takes it."""

import json
import logging
from typing import Any

from models_app.charts import bar_widths, draw_coverage, draw_reliability
from studio.files import FileMissingError, local_path
from studio.models import StoredFile

logger = logging.getLogger(__name__)

# What automl.evaluation writes; importing it here would load the learning libraries.
READABLE_FORMAT = 1
SHOWN_CLASSES = 12
SHOWN_ERRORS = 10
MAX_OPEN_MATRIX = 20
SMALLEST_SHOWN = 0.001
# Shares of a row of the confusion matrix from which a cell is tinted one step more.
RIGHT_STEPS = (0.0, 0.2, 0.4, 0.6, 0.8)
WRONG_STEPS = (0.0, 0.02, 0.05, 0.1, 0.2)


def read_evaluation(stored: StoredFile | None) -> dict[str, Any] | None:
    """None for models from before there were evaluations, and where the file is lost."""
    if stored is None:
        return None
    try:
        facts = json.loads(local_path(stored).read_text())
    except (FileMissingError, FileNotFoundError):
        logger.warning("the evaluation %s is missing from storage", stored.pk)
        return None
    return _lay_out(facts) if facts["format"] == READABLE_FORMAT else None


def _lay_out(facts: dict[str, Any]) -> dict[str, Any]:
    reliability = facts["reliability"]
    return {
        "facts": facts,
        "classes": facts["per_class"][:SHOWN_CLASSES],
        "more_classes": facts["per_class"][SHOWN_CLASSES:],
        "matrix": _lay_out_matrix(facts["confusion"]),
        "is_open_matrix": facts["n_classes"] <= MAX_OPEN_MATRIX,
        "reliability_chart": draw_reliability(reliability["bins"]),
        "bias": _name_bias(reliability["confidence"] - reliability["accuracy"]),
        "coverage_chart": draw_coverage(facts["coverage"]),
        "half": next((line for line in facts["coverage"] if line["coverage"] == 0.5), None),
        "columns": _lay_out_columns(facts.get("importance")),
        "errors": facts["worst_errors"][:SHOWN_ERRORS],
        "more_errors": facts["worst_errors"][SHOWN_ERRORS:],
        "n_errors": facts["n_rows"] - round(facts["accuracy"] * facts["n_rows"]),
    }


def _name_bias(too_sure: float) -> tuple[str, float]:
    """In words, and by how much; nothing below what the page's one decimal shows."""
    if abs(too_sure) < SMALLEST_SHOWN / 2:
        return "", 0.0
    return ("too sure" if too_sure > 0 else "too cautious"), abs(too_sure)


def _lay_out_matrix(confusion: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Rows of cells with their tint: `right` or `wrong`, and 0 to 5 by the share of the row."""
    if confusion is None:
        return []
    return [
        {"name": name, "cells": _tint_row(counts, diagonal=i)}
        for i, (name, counts) in enumerate(
            zip(confusion["classes"], confusion["counts"], strict=True)
        )
    ]


def _tint_row(counts: list[int], *, diagonal: int) -> list[dict[str, Any]]:
    total = max(sum(counts), 1)
    cells = []
    for j, count in enumerate(counts):
        kind, steps = ("right", RIGHT_STEPS) if j == diagonal else ("wrong", WRONG_STEPS)
        level = sum(count / total > step for step in steps)
        cells.append({"count": count, "kind": kind, "level": level})
    return cells


def _lay_out_columns(importance: dict[str, Any] | None) -> list[dict[str, Any]]:
    if importance is None or importance["kind"] != "permutation":
        return []
    columns = importance["columns"]
    widths = bar_widths([column["rise"] for column in columns])
    return [column | {"width": width} for column, width in zip(columns, widths, strict=True)]
