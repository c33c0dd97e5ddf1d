"""Request side of deployments: make the row, start the job; the workers do the rest."""

from typing import Any
from uuid import uuid4

from django.db import transaction

from automl.errors import InputError
from models_app.models import DeployedModel
from studio.jobs import ask_to_stop, cancel_subject, start_job, subject_started_with
from studio.models import Cleanset, Project, User

DEPLOYMENT = "deployment"
MAX_NAME_CHARS = 100


@transaction.atomic
def deploy_model(
    *,
    user: User,
    cleanset: Cleanset,
    name: str,
    idempotency_key: str,
    preset: str | None = None,
    time_limit_minutes: int | None = None,
    decision: str = DeployedModel.Decision.MOST_LIKELY,
    decision_threshold: float | None = None,
    retrained_from: DeployedModel | None = None,
) -> DeployedModel:
    """The same key gives the same model, however often the button is pressed."""
    key = f"deploy:{cleanset.workspace_id.hex}:{idempotency_key}"[:100]
    earlier = subject_started_with(key)
    if earlier is not None:
        return DeployedModel.objects.get(pk=earlier)
    model = DeployedModel.objects.create(
        workspace=cleanset.workspace,
        created_by=user,
        cleanset=cleanset,
        name=_clean_name(name),
        preset=preset or cleanset.project.preset,
        time_limit_minutes=time_limit_minutes,
        **_check_decision(cleanset, decision, decision_threshold),
        cleanset_revision=_check_ready(cleanset).revision,
        retrained_from=retrained_from,
    )
    start_job(DEPLOYMENT, model.pk, workspace=model.workspace, idempotency_key=key)
    return model


@transaction.atomic
def retrain_model(*, user: User, model: DeployedModel) -> DeployedModel:
    """A new model on the cleanset as it is now; pressing twice at one revision makes one.

    A failed attempt does not stand in the way of another one.
    """
    cleanset = Cleanset.objects.select_for_update().get(pk=model.cleanset_id)
    attempts = DeployedModel.objects.filter(
        retrained_from=model, cleanset_revision=cleanset.revision
    )
    earlier = attempts.exclude(status=DeployedModel.Status.FAILED).first()
    return earlier or deploy_model(
        user=user,
        cleanset=cleanset,
        name=model.name,
        idempotency_key=new_key(),
        preset=model.preset,
        time_limit_minutes=model.time_limit_minutes,
        decision=model.decision,
        decision_threshold=model.decision_threshold,
        retrained_from=model,
    )


def stop_training(model: DeployedModel) -> None:
    """Go on with the candidates that are ready; with none, as soon as one is."""
    if not ask_to_stop(model.pk):
        raise InputError("NOT_TRAINING", "This model is not in training any more.")


def cancel_training(model: DeployedModel) -> None:
    if model.status in {DeployedModel.Status.TRAINED, DeployedModel.Status.FAILED}:
        raise InputError("NOT_TRAINING", "This model is not in training any more.")
    cancel_subject(model.pk)


def is_outdated(model: DeployedModel) -> bool:
    """Whether decisions were made since the cleanset was frozen for this model."""
    return model.cleanset.revision != model.cleanset_revision


def new_key() -> str:
    return uuid4().hex


def _clean_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise InputError("NAME_MISSING", "Enter a name for the model.")
    if len(cleaned) > MAX_NAME_CHARS:
        raise InputError("NAME_TOO_LONG", f"A name may have at most {MAX_NAME_CHARS} characters.")
    return cleaned


def _check_decision(cleanset: Cleanset, decision: str, threshold: float | None) -> dict[str, Any]:
    """A threshold is a number between 0 and 1, and there are two classes to tell apart."""
    if decision != DeployedModel.Decision.THRESHOLD:
        return {"decision": decision, "decision_threshold": None}
    if cleanset.project.problem_type != Project.ProblemType.MULTI_CLASS or (
        len(cleanset.classes) != 2
    ):
        raise InputError("NOT_TWO_CLASSES", "A threshold needs exactly two classes.")
    if threshold is None or not 0 < threshold < 1:
        raise InputError("BAD_THRESHOLD", "Enter a threshold between 0 and 1.")
    return {"decision": decision, "decision_threshold": threshold}


def _check_ready(cleanset: Cleanset) -> Cleanset:
    current = Cleanset.objects.get(pk=cleanset.pk)
    if not cleanset.project.has_classes:
        raise InputError(
            "NOT_DEPLOYABLE",
            "A project without classes cannot be deployed: models predict classes or sets of them.",
        )
    if current.status != Cleanset.Status.READY:
        raise InputError("NOT_READY", "The project is not ready for review yet.")
    return current
