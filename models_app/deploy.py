"""Request side of deployments: make the row, start the job; the workers do the rest."""

from uuid import uuid4

from django.db import transaction

from automl.errors import InputError
from models_app.models import DeployedModel
from studio.jobs import start_job
from studio.models import Cleanset, Job, User

DEPLOYMENT = "deployment"
MAX_NAME_CHARS = 100


@transaction.atomic
def deploy_model(
    *,
    user: User,
    cleanset: Cleanset,
    name: str,
    idempotency_key: str,
    retrained_from: DeployedModel | None = None,
) -> DeployedModel:
    """The same key gives the same model, however often the button is pressed."""
    key = f"deploy:{cleanset.workspace_id.hex}:{idempotency_key}"[:100]
    earlier = Job.objects.select_for_update().filter(idempotency_key=key).first()
    if earlier is not None:
        return DeployedModel.all_objects.get(pk=earlier.subject_id)
    model = DeployedModel.objects.create(
        workspace=cleanset.workspace,
        created_by=user,
        cleanset=cleanset,
        name=_clean_name(name),
        preset=cleanset.project.preset,
        cleanset_revision=_check_ready(cleanset).revision,
        retrained_from=retrained_from,
    )
    start_job(DEPLOYMENT, model.pk, workspace=model.workspace, idempotency_key=key)
    return model


def retrain_model(*, user: User, model: DeployedModel) -> DeployedModel:
    """A new model on the cleanset as it is now; pressing twice at one revision makes one."""
    revision = Cleanset.objects.get(pk=model.cleanset_id).revision
    return deploy_model(
        user=user,
        cleanset=model.cleanset,
        name=model.name,
        idempotency_key=f"{model.pk.hex}:{revision}:{_finished_retrainings(model)}",
        retrained_from=model,
    )


def is_outdated(model: DeployedModel) -> bool:
    """Whether decisions were made since the cleanset was frozen for this model."""
    return model.cleanset.revision != model.cleanset_revision


def new_key() -> str:
    return uuid4().hex


def _finished_retrainings(model: DeployedModel) -> int:
    """A failed or deleted attempt does not stand in the way of another one."""
    attempts = DeployedModel.all_objects.filter(retrained_from=model)
    gone = attempts.exclude(deleted_at__isnull=True).count()
    return gone + attempts.filter(deleted_at__isnull=True, status="FAILED").count()


def _clean_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise InputError("NAME_MISSING", "Enter a name for the model.")
    if len(cleaned) > MAX_NAME_CHARS:
        raise InputError("NAME_TOO_LONG", f"A name may have at most {MAX_NAME_CHARS} characters.")
    return cleaned


def _check_ready(cleanset: Cleanset) -> Cleanset:
    current = Cleanset.objects.get(pk=cleanset.pk)
    if current.status != Cleanset.Status.READY:
        raise InputError("NOT_READY", "The project is not ready for review yet.")
    return current
