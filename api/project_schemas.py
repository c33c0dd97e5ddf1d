from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from api.schemas import (
    Answered,
    Body,
    ColumnName,
    Id,
    Name,
    Preset,
    Progress,
    Warned,
    failure_of,
    progress_of,
)
from studio.models import Cleanset, Project


class ProjectSetup(Body):
    """What is left out is guessed from the columns, as the page proposes it."""

    dataset_id: UUID
    name: Name | None = Field(None, description="As the dataset is called where it is left out")
    problem_type: Literal["multi-class", "multi-label", "regression", "unsupervised"] | None = None
    modality: Literal["text", "tabular"] | None = None
    label_column: ColumnName | None = None
    text_column: ColumnName | None = Field(None, description="Of a text project")
    feature_columns: list[ColumnName] | None = Field(None, description="Of a tabular project")
    preset: Preset = "regular"


class ProjectSummary(Answered):
    name: str
    dataset_id: Id
    problem_type: str
    modality: str
    preset: str
    cleanset_id: Id = Field(description="The newest version")
    version: int
    status: str = Field(description="Of the newest version: analyzing, ready or failed")

    @staticmethod
    def resolve_error(row: Any) -> Any:
        return failure_of(row.latest_cleanset)

    @staticmethod
    def resolve_cleanset_id(project: Project) -> UUID:
        return project.latest_cleanset.pk

    @staticmethod
    def resolve_version(project: Project) -> int:
        return project.latest_cleanset.version

    @staticmethod
    def resolve_status(project: Project) -> str:
        return project.latest_cleanset.status


class ProjectDetails(ProjectSummary):
    label_column: str
    feature_columns: list[str]
    warnings: list[Warned]
    progress: Progress | None

    @staticmethod
    def resolve_feature_columns(project: Project) -> list[str]:
        return [column["name"] for column in project.feature_schema]

    @staticmethod
    def resolve_progress(project: Project) -> Any:
        cleanset = project.latest_cleanset
        is_pending = cleanset.status == Cleanset.Status.ANALYZING
        return progress_of(cleanset.pk) if is_pending else None
