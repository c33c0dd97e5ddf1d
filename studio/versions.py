"""Request side: a new version of a cleanset, which starts from what was decided in this one."""

from django.db import transaction

from automl.errors import InputError
from studio.jobs import start_job
from studio.models import Cleanset, Project, User
from studio.projects import ANALYSIS


@transaction.atomic
def create_version(*, cleanset: Cleanset, user: User) -> Cleanset:
    """Have the corrected data analysed anew; this version can then only be read.

    Corrections become given labels, excluded rows leave. Raises InputError where there is nothing
    to start from.
    """
    Project.objects.select_for_update().get(pk=cleanset.project_id)
    locked = Cleanset.objects.select_for_update().get(pk=cleanset.pk)
    if locked.status != Cleanset.Status.READY or not locked.is_current:
        raise InputError("OLD_VERSION", "There is a newer version already. Go on with that one.")
    if not locked.decisions.exists():
        raise InputError(
            "NOTHING_DECIDED",
            "Decide some rows first: a new version starts from your corrections and exclusions.",
        )
    versions = Cleanset.all_objects.filter(project=locked.project_id)
    newest = versions.order_by("-version").values_list("version", flat=True)[0]
    version = Cleanset.objects.create(
        workspace=locked.workspace,
        created_by=user,
        project=locked.project,
        version=newest + 1,
        previous=locked,
    )
    start_job(ANALYSIS, version.pk, workspace=locked.workspace)
    return version
