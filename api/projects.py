from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Status

from api.cleanset_schemas import CleansetSummary
from api.idempotency import IdempotencyKey, or_new
from api.project_schemas import ProjectDetails, ProjectSetup, ProjectSummary
from api.schemas import Page, Paging, answers, page_of, write_answers
from automl.errors import InputError
from automl.project_guess import guess_setup
from studio.access import dataset_for, project_for, require_writer, rows_for
from studio.models import Dataset, Project, User
from studio.projects import Setup, create_project
from studio.trash import delete_row

router = Router(tags=["projects"])


@router.get("", response=answers(Page[ProjectSummary]), summary="List projects, newest first")
def list_projects(request: HttpRequest, paging: Query[Paging]) -> Any:
    projects = rows_for(Project, request.user).prefetch_related("cleansets")
    return page_of(projects.order_by("-created_at"), paging)


@router.post(
    "", response=write_answers(ProjectDetails, status=201), summary="Find issues in a dataset"
)
def make_project(request: HttpRequest, body: ProjectSetup, idempotency_key: IdempotencyKey) -> Any:
    """The analysis is a job: ask for the project until its status is `ready` or `failed`."""
    dataset = dataset_for(request.user, body.dataset_id)
    require_writer(request.user, dataset.workspace)
    if dataset.status != Dataset.Status.READY:
        raise InputError("NOT_READY", "This dataset is not read yet, or could not be.")
    assert isinstance(request.user, User)
    project = create_project(
        user=request.user,
        dataset=dataset,
        name=body.name or dataset.name[:100],
        setup=_complete(body, dataset),
        idempotency_key=or_new(idempotency_key),
    )
    return Status(201, project)


@router.get("/{hex:project_id}", response=answers(ProjectDetails), summary="One project")
def get_project(request: HttpRequest, project_id: UUID) -> Any:
    return project_for(request.user, project_id)


@router.delete(
    "/{hex:project_id}", response=write_answers(None, status=204), summary="Delete a project"
)
def delete_project(request: HttpRequest, project_id: UUID) -> Any:
    """With its cleansets, models and predictions; the dataset stays."""
    delete_row(project_for(request.user, project_id, write=True))
    return Status(204, None)


@router.get(
    "/{hex:project_id}/cleansets",
    response=answers(Page[CleansetSummary]),
    summary="List the versions of a project, newest first",
)
def list_versions(request: HttpRequest, project_id: UUID, paging: Query[Paging]) -> Any:
    project = project_for(request.user, project_id)
    return page_of(project.cleansets.select_related("project").order_by("-version"), paging)


def _complete(body: ProjectSetup, dataset: Dataset) -> Setup:
    guess = guess_setup(dataset.profiles, dataset.n_rows)
    problem_type = body.problem_type or guess["problem_type"]
    is_labelled = problem_type != Project.ProblemType.UNSUPERVISED
    label = (body.label_column or guess["label_column"] or "") if is_labelled else ""
    features = body.feature_columns
    if features is None:
        features = [name for name in guess["feature_columns"] if name != label]
    return Setup(
        problem_type=problem_type,
        modality=body.modality or guess["modality"],
        label_column=label,
        text_column=body.text_column or guess["text_column"],
        feature_columns=features,
        preset=body.preset,
    )
