from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Status

from api.deployment_schemas import (
    Deployment,
    DeploymentDetails,
    DeploymentSummary,
    Leaderboard,
    Metrics,
    show_metrics,
)
from api.downloads import described_file
from api.idempotency import IdempotencyKey, or_new
from api.schemas import WRITING, LeftOut, Page, Paging, answers, page_of, write_answers
from automl.errors import InputError
from models_app.access import model_for, models_for
from models_app.deploy import cancel_training, deploy_model, retrain_model, stop_training
from models_app.evaluation_page import read_evaluation
from models_app.leaderboard import baselines_of, candidates_in_order
from models_app.models import DeployedModel
from models_app.portable_bundle import download_bundle
from studio.access import cleanset_for
from studio.models import User
from studio.trash import delete_row

router = Router(tags=["deployments"])


@router.get("", response=answers(Page[DeploymentSummary]), summary="List models, newest first")
def list_deployments(
    request: HttpRequest, paging: Query[Paging], project_id: LeftOut[UUID] = None
) -> Any:
    models = models_for(request.user).order_by("-created_at")
    if project_id is not None:
        models = models.filter(cleanset__project=project_id)
    return page_of(models, paging)


@router.post("", response=write_answers(DeploymentDetails, status=201), summary="Deploy a model")
def deploy(request: HttpRequest, body: Deployment, idempotency_key: IdempotencyKey) -> Any:
    """It is trained on the cleanset as it is now: ask for it until its status is `TRAINED` or
    `FAILED`."""
    cleanset = cleanset_for(request.user, body.cleanset_id, write=True)
    assert isinstance(request.user, User)
    model = deploy_model(
        user=request.user,
        cleanset=cleanset,
        name=body.name or cleanset.project.name,
        idempotency_key=or_new(idempotency_key),
        preset=body.preset,
        time_limit_minutes=body.time_limit_minutes,
        decision=body.decision,
        decision_threshold=body.decision_threshold,
    )
    return Status(201, model)


@router.get("/{hex:model_id}", response=answers(DeploymentDetails), summary="One model")
def get_deployment(request: HttpRequest, model_id: UUID) -> Any:
    """While it is trained, with every candidate and about how long it will take."""
    return model_for(request.user, model_id)


@router.delete(
    "/{hex:model_id}", response=write_answers(None, status=204), summary="Delete a model"
)
def delete_deployment(request: HttpRequest, model_id: UUID) -> Any:
    """With its predictions."""
    delete_row(model_for(request.user, model_id, write=True))
    return Status(204, None)


@router.get(
    "/{hex:model_id}/leaderboard",
    response=answers(Leaderboard),
    summary="All candidates, the deployed one first",
)
def get_leaderboard(request: HttpRequest, model_id: UUID) -> Any:
    model = model_for(request.user, model_id)
    return {"candidates": candidates_in_order(model), "baselines": baselines_of(model)}


@router.get(
    "/{hex:model_id}/metrics", response=answers(Metrics, errors=WRITING), summary="How good it is"
)
def get_metrics(request: HttpRequest, model_id: UUID) -> Any:
    model = model_for(request.user, model_id)
    if model.status != DeployedModel.Status.TRAINED:
        raise InputError("NOT_TRAINED", "Only a trained model has metrics.")
    deployed = model.candidates.filter(is_deployed=True).first()
    return show_metrics(deployed, read_evaluation(model.evaluation_file))


@router.post(
    "/{hex:model_id}/retrain",
    response=write_answers(DeploymentDetails, status=201),
    summary="Train it again on the cleanset as it is now",
)
def retrain(request: HttpRequest, model_id: UUID) -> Any:
    """A model of its own; asking twice while nothing was decided in between makes one."""
    model = model_for(request.user, model_id, write=True)
    assert isinstance(request.user, User)
    return Status(201, retrain_model(user=request.user, model=model))


@router.post(
    "/{hex:model_id}/stop-early",
    response=write_answers(DeploymentDetails),
    summary="Stop training, and keep the best so far",
)
def stop_early(request: HttpRequest, model_id: UUID) -> Any:
    """With no candidate ready it goes on until the first one is."""
    stop_training(model_for(request.user, model_id, write=True))
    return model_for(request.user, model_id)


@router.post(
    "/{hex:model_id}/cancel", response=write_answers(DeploymentDetails), summary="Cancel training"
)
def cancel(request: HttpRequest, model_id: UUID) -> Any:
    """Parts that are running end within seconds."""
    cancel_training(model_for(request.user, model_id, write=True))
    return model_for(request.user, model_id)


@router.get(
    "/{hex:model_id}/bundle",
    response=answers(None, errors=WRITING),
    openapi_extra=described_file(["application/zip"]),
    summary="Download it as a program that predicts offline",
)
def get_bundle(request: HttpRequest, model_id: UUID) -> Any:
    return download_bundle(model_for(request.user, model_id))
