"""Which column of a file each feature of a model is read from: found by name, or proposed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from automl.column_names import clean_column_name
from automl.schema import Schema
from inference.models import ColumnMapping
from models_app.models import DeployedModel


@dataclass(frozen=True)
class ColumnChoice:
    """Attributes
    ----------
    position : in the file; None: not there, every cell of it counts as missing.
    how : "found" by its name, "spelled" otherwise (a proposal), "remembered" from the last file,
        "chosen" for this one, or "missing".
    """

    name: str
    kind: str
    position: int | None
    how: str


def propose(schema: Schema, names: Sequence[str], model: DeployedModel) -> list[ColumnChoice]:
    match = schema.match(names)
    places = {clean_column_name(name): i for i, name in reversed(list(enumerate(names)))}
    remembered = _remembered(model)
    choices = []
    for column in schema.columns:
        position, how = match.positions.get(column.name), "found"
        other = remembered.get(column.name)
        if position is None and other is not None and clean_column_name(other) in places:
            position, how = places[clean_column_name(other)], "remembered"
        if position is None and column.name in match.suggestions:
            position, how = list(names).index(match.suggestions[column.name]), "spelled"
        how = how if position is not None else "missing"
        choices.append(ColumnChoice(column.name, column.kind, position, how))
    return _without_repeats(choices)


def as_chosen(
    choices: Sequence[ColumnChoice], positions: Sequence[int | None]
) -> list[ColumnChoice]:
    """Those that were not found by name as somebody chose them for this file."""
    return [
        choice if choice.how == "found" else replace(choice, position=position, how="chosen")
        for choice, position in zip(choices, positions, strict=True)
    ]


def remember(
    model: DeployedModel, schema: Schema, names: Sequence[str], positions: list[int | None]
) -> None:
    """What was chosen for columns that the model's own names did not find."""
    found = schema.match(names).positions
    chosen = {
        column.name: None if position is None else names[position]
        for column, position in zip(schema.columns, positions, strict=True)
        if found.get(column.name) != position
    }
    ColumnMapping.objects.update_or_create(deployed_model=model, defaults={"names": chosen})


def _remembered(model: DeployedModel) -> dict[str, str | None]:
    mapping = ColumnMapping.objects.filter(deployed_model=model).first()
    return mapping.names if mapping else {}


def _without_repeats(choices: list[ColumnChoice]) -> list[ColumnChoice]:
    """A column that is found by name is not proposed for another feature too."""
    taken = {choice.position for choice in choices if choice.how == "found"}
    kept = []
    for choice in choices:
        is_free = choice.how == "found" or choice.position not in taken
        if not is_free:
            choice = ColumnChoice(choice.name, choice.kind, None, "missing")
        taken.add(choice.position)
        kept.append(choice)
    return kept
