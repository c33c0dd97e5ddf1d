from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from api.schemas import Answered, Body, Id, Name, Number, Preset, Warned, Whole
from models_app.deploy import is_outdated
from models_app.models import CandidateModel, DeployedModel
from models_app.progress import model_progress
from studio.time_limits import MAX_SECONDS


class Deployment(Body):
    cleanset_id: UUID
    name: Name | None = Field(None, description="As the project is called where it is left out")
    preset: Preset | None = Field(None, description="That of the project if left out")
    time_limit_minutes: Whole | None = Field(None, ge=1, le=MAX_SECONDS // 60)
    decision: Literal["most-likely", "balanced", "threshold"] = "most-likely"
    decision_threshold: Number | None = Field(None, ge=0.01, le=0.99)


class DeploymentSummary(Answered):
    name: str
    project_id: Id
    cleanset_id: Id
    status: str = Field(description="INITIALIZING, TRAINING, TRAINED or FAILED")
    preset: str
    n_rows: int
    trained_at: datetime | None

    @staticmethod
    def resolve_project_id(model: DeployedModel) -> UUID:
        return model.cleanset.project_id


class TrainingStep(Schema):
    name: str
    state: str = Field(description="waiting, running, done or failed")
    detail: str


class TrainingProgress(Schema):
    headline: str
    detail: str
    done: int
    total: int
    is_stopping: bool
    steps: list[TrainingStep]


class DeploymentDetails(DeploymentSummary):
    classes: list[str]
    n_corrected: int
    n_excluded: int
    decision: str
    decision_threshold: float | None
    time_limit_minutes: int | None
    retrained_from_id: Id | None
    is_outdated: bool = Field(description="Whether rows were decided since it was trained")
    warnings: list[Warned]
    progress: TrainingProgress | None

    @staticmethod
    def resolve_is_outdated(model: DeployedModel) -> bool:
        return is_outdated(model)

    @staticmethod
    def resolve_progress(model: DeployedModel) -> Any:
        return model_progress(model)


class Candidate(Schema):
    title: str
    family: str
    role: str = Field(description="family, ensemble or baseline")
    status: str
    is_deployed: bool
    is_tied: bool = Field(description="As good as the best, as far as can be told")
    ensemble_weight: float | None
    held_out_accuracy: float | None
    held_out_low: float | None
    held_out_high: float | None
    original_accuracy: float | None
    inference_seconds: float | None
    training_seconds: float | None


class Leaderboard(Schema):
    candidates: list[Candidate]
    baselines: list[Candidate]


class Metrics(Schema):
    """Of the deployed candidate, from predictions of rows that it was not trained on."""

    held_out_accuracy: float | None
    held_out_low: float | None
    held_out_high: float | None
    original_accuracy: float | None
    scores: dict[str, Any] | None = Field(validation_alias="metrics")
    evaluation: dict[str, Any] | None = Field(
        None, description="Per class, confusion, reliability, coverage, importance, worst errors"
    )


def show_metrics(candidate: CandidateModel | None, evaluation: dict[str, Any] | None) -> Any:
    names = ("held_out_accuracy", "held_out_low", "held_out_high", "original_accuracy", "metrics")
    found = {name: getattr(candidate, name, None) for name in names}
    return found | {"evaluation": evaluation["facts"] if evaluation else None}
