"""Request side of imports: refuse a file that cannot be one of corrections, else have it read."""

from pathlib import Path
from typing import Any

from django.db import transaction

from automl.errors import InputError
from studio.correction_columns import check_file
from studio.decisions import check_open
from studio.files import claim_files, put_file
from studio.jobs import start_job, subject_started_with
from studio.models import Cleanset, DecisionImport, User

IMPORT = "decision-import"


def create_import(
    *,
    user: User,
    cleanset: Cleanset,
    file_name: str,
    path: Path,
    idempotency_key: str,
    **asked: Any,
) -> DecisionImport:
    """`asked` are the choices of the form, by the fields that keep them.

    The same key gives the same import, however often the button is pressed.
    """
    check_open(cleanset)
    if path.stat().st_size == 0:
        raise InputError("EMPTY_FILE", "The file is empty, or its upload did not finish.")
    check_file(cleanset.project, file_name=file_name, path=path)
    key = f"import:{cleanset.workspace_id.hex}:{idempotency_key}"[:100]
    return _create(user, cleanset, file_name, path, key, asked)


@transaction.atomic
def _create(
    user: User, cleanset: Cleanset, file_name: str, path: Path, key: str, asked: dict[str, Any]
) -> DecisionImport:
    earlier = subject_started_with(key)
    if earlier is not None:
        return DecisionImport.objects.get(pk=earlier)
    stored = put_file("uploads", path, workspace=cleanset.workspace)
    made = DecisionImport.objects.create(
        workspace=cleanset.workspace,
        created_by=user,
        cleanset=cleanset,
        file_name=file_name[:255],
        upload_file=stored,
        **asked,
    )
    claim_files([stored])
    start_job(IMPORT, made.pk, workspace=cleanset.workspace, idempotency_key=key)
    return made
