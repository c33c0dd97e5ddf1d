"""Request side: a few rows of JSON are predicted at once, by the full ensemble.

Whoever offers this (the session's address, later an API) calls `predict_json`.
"""

from dataclasses import dataclass
from typing import Any

from automl.errors import InputError
from automl.json_request import read_request_rows
from automl.problem import MULTI_LABEL
from automl.schema import Schema
from inference.serving_client import ask_serving
from models_app.access import require_trained
from models_app.models import DeployedModel

MAX_ROWS = 1_000
MAX_BODY_BYTES = 1024 * 1024
# Rows times classes: an answer names every class in every row.
MAX_PROBABILITIES = 200_000


@dataclass(frozen=True)
class Answer:
    """What is sent back, and the seconds that the predictor took for it."""

    content: dict[str, Any]
    model_seconds: float


def predict_json(model: DeployedModel, body: bytes) -> Answer:
    """Raises InputError; ServingUnavailableError where it may be tried again."""
    require_trained(model)
    if len(body) > MAX_BODY_BYTES:
        raise too_large_error()
    names, rows = read_request_rows(body, max_rows=_max_rows(model))
    schema = Schema.from_json(model.cleanset.project.feature_schema)
    used = schema.require(names, subject="The request has").values()
    found = ask_serving(model, [names[i] for i in used], [[row[i] for row in rows] for i in used])
    answer = {
        "model": model.hex_id,
        "classes": found["classes"],
        "predictions": shape_predictions(model, found),
        "ignored_columns": list(schema.match(names).ignored),
    }
    return Answer(answer, found["model_seconds"])


def shape_predictions(model: DeployedModel, found: dict[str, Any]) -> list[dict[str, Any]]:
    """One a row: label (of sets: labels, likeliest first), probabilities, warnings."""
    classes = found["classes"]
    is_sets = model.cleanset.project.problem_type == MULTI_LABEL
    named = [[classes[k] for k in chosen] for chosen in found["labels"]]
    return [
        ({"labels": labels} if is_sets else {"label": labels[0]})
        | {"probabilities": dict(zip(classes, probs, strict=True)), "warnings": warnings}
        for labels, probs, warnings in zip(
            named, found["pred_probs"], found["warnings"], strict=True
        )
    ]


def too_large_error() -> InputError:
    limit = MAX_BODY_BYTES // (1024 * 1024)
    return InputError(
        "TOO_LARGE", f"The request is larger than {limit} MB. Upload a file for more rows."
    )


def _max_rows(model: DeployedModel) -> int:
    return min(MAX_ROWS, max(MAX_PROBABILITIES // max(len(model.classes), 1), 1))
