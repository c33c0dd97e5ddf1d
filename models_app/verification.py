"""Request side of "Re-run to verify": make the row, start the job, tell how it stands."""

from typing import Any

from django.db import transaction
from django.db.models import F, Sum

from automl.errors import InputError
from automl.schema import TEXT
from models_app.models import CandidateModel, DeployedModel, Verification
from studio.jobs import cancel_subject, latest_job, start_job
from studio.models import User
from studio.time_limits import about_duration

VERIFICATION = "verification"
# What the bundled encoder reads on one core, a little less than measured (0007).
TEXTS_PER_SECOND = 150


@transaction.atomic
def start_verification(*, user: User, model: DeployedModel) -> Verification:
    """While one is under way, pressing again gives that one."""
    locked = DeployedModel.objects.select_for_update().get(pk=model.pk)
    if locked.status != DeployedModel.Status.TRAINED:
        raise InputError("NOT_TRAINED", "Only a model that is trained can be verified.")
    pending = _pending(model)
    if pending is not None:
        return pending
    verification = Verification.objects.create(
        workspace=model.workspace, created_by=user, deployed_model=model
    )
    start_job(VERIFICATION, verification.pk, workspace=model.workspace)
    return verification


def cancel_verification(model: DeployedModel) -> None:
    pending = _pending(model)
    if pending is None:
        raise InputError("NOT_VERIFYING", "This model is not being verified any more.")
    cancel_subject(pending.pk)


def verification_state(model: DeployedModel) -> dict[str, Any]:
    """The latest verification, its job while it is under way, and what one would take."""
    latest = model.verifications.order_by("-created_at").first()
    is_pending = latest is not None and latest.status == Verification.Status.PENDING
    return {
        "verification": latest,
        "verification_job": latest_job(latest.pk) if latest and is_pending else None,
        "verification_time": about_duration(verification_seconds(model)),
    }


def verification_seconds(model: DeployedModel) -> float:
    """One worker repeats what all of them did: the fits that were measured, one after another."""
    trained = model.candidates.filter(
        role=CandidateModel.Role.FAMILY, status=CandidateModel.Status.READY
    )
    each = F("held_out_run__fit_seconds") + F("held_out_run__predict_seconds") + F("refit_seconds")
    fits = trained.aggregate(seconds=Sum(each))["seconds"] or 0.0
    columns = model.cleanset.project.feature_schema
    n_texts = model.n_rows * sum(column["kind"] == TEXT for column in columns)
    return float(fits) + n_texts / TEXTS_PER_SECOND


def _pending(model: DeployedModel) -> Verification | None:
    pending = model.verifications.filter(status=Verification.Status.PENDING)
    found: Verification | None = pending.first()
    return found
