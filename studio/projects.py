"""Request side of projects: check the choice of columns and have the issues found."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from automl.project_checks import check_project_setup
from automl.schema import CONSTANT, EMPTY, IDENTIFIER, TEXT, Column, Schema
from studio.jobs import start_job, subject_started_with
from studio.models import Cleanset, Dataset, Project, User

ANALYSIS = "analysis"
UNREADABLE_KINDS = {EMPTY, CONSTANT}


@dataclass(frozen=True)
class Setup:
    """What a project is made of; columns by name."""

    problem_type: str
    modality: str
    label_column: str = ""
    text_column: str | None = None
    feature_columns: list[str] = field(default_factory=list)
    preset: str = Project.Preset.REGULAR


def check_setup(dataset: Dataset, setup: Setup) -> list[dict[str, Any]]:
    """Warnings; raises InputError for what cannot be trained."""
    warnings = check_project_setup(
        dataset.profiles,
        dataset.n_rows,
        problem_type=setup.problem_type,
        modality=setup.modality,
        label_column=setup.label_column,
        text_column=setup.text_column,
        feature_columns=setup.feature_columns,
    )
    return [warning.to_json() for warning in warnings]


@transaction.atomic
def create_project(
    *, user: User, dataset: Dataset, name: str, setup: Setup, idempotency_key: str
) -> Project:
    """The same key gives the same project, however often a button is pressed."""
    key = f"project:{dataset.workspace_id.hex}:{idempotency_key}"[:100]
    earlier = subject_started_with(key)
    if earlier is not None:
        return Cleanset.objects.get(pk=earlier).project
    warnings = check_setup(dataset, setup)
    project = Project.objects.create(
        workspace=dataset.workspace,
        created_by=user,
        dataset=dataset,
        name=name,
        problem_type=setup.problem_type,
        modality=setup.modality,
        preset=setup.preset,
        label_column=setup.label_column,
        feature_schema=_feature_schema(dataset, setup).to_json(),
        warnings=warnings,
    )
    cleanset = Cleanset.objects.create(
        workspace=project.workspace, created_by=user, project=project
    )
    start_job(ANALYSIS, cleanset.pk, workspace=project.workspace, idempotency_key=key)
    return project


def _feature_schema(dataset: Dataset, setup: Setup) -> Schema:
    """The columns that are trained on; empty and constant ones are left out."""
    profiles = {profile["name"]: profile for profile in dataset.profiles}
    if setup.modality == Project.Modality.TEXT:
        profile = profiles[setup.text_column or ""]
        return Schema((Column(profile["name"], TEXT, profile["position"]),))
    chosen = [profiles[name] for name in setup.feature_columns]
    useful = [p for p in chosen if p["kind"] not in UNREADABLE_KINDS] or chosen
    return Schema(tuple(Column(p["name"], _kind(p), p["position"]) for p in useful))


def _kind(profile: dict[str, Any]) -> str:
    """An identifier that somebody wants to use all the same is read as a category."""
    return "categorical" if profile["kind"] == IDENTIFIER else str(profile["kind"])
