"""Request side: from a file that was read to its prediction, with the columns that are chosen."""

from django.db import transaction

from automl.column_names import clean_column_name
from automl.errors import InputError
from automl.schema import Schema
from automl.shown_text import show_name
from inference.column_choices import remember
from inference.models import InferenceResult
from studio.jobs import start_job

PREDICTION, LOOKING = "prediction", "prediction-looking"


@transaction.atomic
def confirm_columns(
    *, result: InferenceResult, positions: list[int | None], is_always_full: bool
) -> None:
    """Raises InputError for a choice that cannot be meant; a second press changes nothing."""
    model = result.deployed_model
    schema = Schema.from_json(model.cleanset.project.feature_schema)
    _check(schema, result.column_names, positions)
    remember(model, schema, result.column_names, positions)
    InferenceResult.objects.filter(pk=result.pk).update(is_always_full=is_always_full)
    start_prediction(result, positions)


@transaction.atomic
def look_again(*, result: InferenceResult, positions: list[int | None]) -> None:
    """Find out what is odd in the columns that somebody chose; raises InputError like the above."""
    model = result.deployed_model
    _check(Schema.from_json(model.cleanset.project.feature_schema), result.column_names, positions)
    read = InferenceResult.objects.filter(pk=result.pk, status=InferenceResult.Status.CHECKED)
    if read.update(
        status=InferenceResult.Status.CHECKING, positions=positions, facts={"is_chosen": True}
    ):
        start_job(LOOKING, result.pk, workspace=result.workspace)


def start_prediction(result: InferenceResult, positions: list[int | None]) -> None:
    """Call it in a transaction."""
    label_position = find_labels(result, positions)
    used = {*positions, label_position}
    ignored = [name for i, name in enumerate(result.column_names) if i not in used]
    read = InferenceResult.all_objects.filter(pk=result.pk, status=InferenceResult.Status.CHECKED)
    if read.update(
        status=InferenceResult.Status.QUEUED,
        positions=positions,
        label_position=label_position,
        ignored_columns=ignored[:50],
    ):
        start_job(PREDICTION, result.pk, workspace=result.workspace)


def find_labels(result: InferenceResult, positions: list[int | None]) -> int | None:
    """Where the file has the labels themselves: the column called as in the training data."""
    wanted = clean_column_name(result.deployed_model.cleanset.project.label_column)
    for position, name in enumerate(result.column_names):
        if clean_column_name(name) == wanted and position not in positions:
            return position
    return None


def _check(schema: Schema, names: list[str], positions: list[int | None]) -> None:
    if all(position is None for position in positions):
        raise InputError(
            "MISSING_COLUMNS", "Choose at least one column of the file that this model reads."
        )
    chosen = [position for position in positions if position is not None]
    for position in chosen:
        if chosen.count(position) > 1:
            raise InputError(
                "COLUMN_TWICE",
                f"The column '{show_name(names[position], 60)}' is chosen for more than one "
                "column of the model.",
            )
