from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from api.schemas import Answered, Body, Id, Progress, Text, Warned, YesNo
from automl.schema import Schema as FeatureSchema
from inference.column_choices import propose
from inference.models import InferenceResult
from inference.prediction_export import KINDS
from inference.progress import result_progress
from studio.table_formats import FORMATS

KindName: Any = Literal[KINDS]
FormatName: Any = Literal[tuple(FORMATS)]


class PredictionSummary(Answered):
    deployment_id: Id = Field(validation_alias="deployed_model_id")
    file_name: str
    status: str = Field(description="checking, checked, queued, predicting, ready or failed")
    n_rows: int
    finished_at: datetime | None


class ColumnChoice(Schema):
    """Which column of the file is read for one of the model's columns."""

    name: str
    kind: str
    column: str | None = Field(description="In the file; null: missing, every cell of it is empty")
    how: str = Field(description="found by its name, spelled otherwise, remembered or missing")


class PredictionDetails(PredictionSummary):
    first_line: int | None = Field(
        description="Of the file, where row 0 stands and each row is one line; else null"
    )
    column_names: list[str]
    columns: list[ColumnChoice]
    ignored_columns: list[str]
    is_always_full: bool
    answered_by: str = Field(description="full, or serving: fewer members of the ensemble")
    warnings: list[Warned]
    outcome: dict[str, Any] = Field(
        validation_alias="facts", description="Labels, confidence, drift, unusual cells, counted"
    )
    progress: Progress | None

    @staticmethod
    def resolve_columns(result: InferenceResult) -> list[dict[str, Any]]:
        return show_choices(result)

    @staticmethod
    def resolve_progress(result: InferenceResult) -> Any:
        found = result_progress(result)
        if found is None:
            return None
        text = " · ".join(part for part in (found.headline, found.detail) if part)
        return {"text": text, "done": found.done, "total": found.total}


class Start(Body):
    """Once a file is `checked`: which columns are meant, where that is not what was found."""

    columns: dict[Text, Text | None] = Field(
        {}, max_length=10_000, description="Of the file, or null, by column of the model"
    )
    is_always_full: YesNo = False


class ResultsAsked(Schema):
    kind: KindName = Field("plain", description="Class probabilities, or also the file's columns")
    format: FormatName = "csv"


class SynchronousPrediction(Schema):
    label: str | None = Field(None, description="Of a model that predicts one class a row")
    labels: list[str] | None = Field(None, description="Of one that predicts sets, likeliest first")
    probabilities: dict[str, float]
    warnings: list[str]


class SynchronousAnswer(Schema):
    model: Id
    classes: list[str]
    predictions: list[SynchronousPrediction]
    ignored_columns: list[str]


def show_choices(result: InferenceResult) -> list[dict[str, Any]]:
    if not result.column_names:
        return []
    schema = FeatureSchema.from_json(result.deployed_model.cleanset.project.feature_schema)
    choices = propose(schema, result.column_names, result.deployed_model)
    is_open = result.status == InferenceResult.Status.CHECKED
    shown = []
    for choice, chosen in zip(choices, result.positions, strict=True):
        position = choice.position if is_open else chosen
        name = None if position is None else result.column_names[position]
        how = choice.how if position == choice.position else "chosen"
        how = "missing" if position is None else how
        shown.append({"name": choice.name, "kind": choice.kind, "column": name, "how": how})
    return shown


ROWS_SENT = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "title": "RowsSent",
                    "required": ["rows"],
                    "additionalProperties": False,
                    "properties": {
                        "rows": {
                            "type": "array",
                            "minItems": 1,
                            "description": "Each with the columns of the model, as in a file",
                            "items": {"type": "object"},
                        }
                    },
                }
            }
        },
    }
}
