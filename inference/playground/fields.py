"""The form of a model: a field for each column of its schema, found by its place there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from automl.schema import (
    BOOLEAN,
    CATEGORICAL,
    CONSTANT,
    DATETIME,
    EMPTY,
    IDENTIFIER,
    NUMERIC,
    TEXT,
    Schema,
)
from automl.shown_text import show_name
from models_app.models import DeployedModel

UNUSED_KINDS = frozenset({IDENTIFIER, CONSTANT, EMPTY})
MAX_SELECT_OPTIONS = 30
MAX_OPTIONS = 250
# What the inputs of a browser take; anything else would be shown as an empty field.
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
INPUT_TYPES = {NUMERIC: ("number", NUMBER), DATETIME: ("date", DAY)}


@dataclass(frozen=True)
class Field:
    """A column of the schema as it stands in the form."""

    place: int
    name: str
    kind: str
    value: str
    options: list[str]
    examples: list[str]

    @property
    def key(self) -> str:
        return f"c{self.place}"

    @property
    def label(self) -> str:
        return show_name(self.name, 80)

    @property
    def is_used(self) -> bool:
        return self.kind not in UNUSED_KINDS

    @property
    def widget(self) -> str:
        """`textarea`, `select`, `datalist`, or the type of an input."""
        if self.kind == TEXT:
            return "textarea"
        if self.options:
            return "select" if len(self.options) <= MAX_SELECT_OPTIONS else "datalist"
        name, shape = INPUT_TYPES.get(self.kind, ("text", None))
        written = [value for value in (self.value, *self.examples) if value]
        return name if shape and all(shape.fullmatch(value) for value in written) else "text"

    @property
    def choices(self) -> list[str]:
        """Of a select: what is entered is always among them."""
        return self.options if self.value in {"", *self.options} else [self.value, *self.options]


def make_fields(model: DeployedModel, cells: Sequence[str]) -> list[Field]:
    schema = Schema.from_json(model.cleanset.project.feature_schema)
    profiles = profiles_of(model)
    return [
        Field(
            place=place,
            name=column.name,
            kind=column.kind,
            value=cell,
            options=known_values(column.kind, profiles.get(column.position, {})),
            examples=profiles.get(column.position, {}).get("examples", []),
        )
        for place, (column, cell) in enumerate(zip(schema.columns, cells, strict=True))
    ]


def read_cells(model: DeployedModel, sent: Mapping[str, str]) -> list[str]:
    """What the form holds; browsers send the line ends of a text area as two characters."""
    n_columns = len(model.cleanset.project.feature_schema)
    return [sent.get(f"c{place}", "").replace("\r\n", "\n") for place in range(n_columns)]


def profiles_of(model: DeployedModel) -> dict[int, dict[str, Any]]:
    return {profile["position"]: profile for profile in model.cleanset.project.dataset.profiles}


def known_values(kind: str, profile: Mapping[str, Any]) -> list[str]:
    """Of a category, the most frequent first; none where the dataset has more than 1,000."""
    if kind not in {CATEGORICAL, BOOLEAN}:
        return []
    return [value for value, _ in profile.get("value_counts") or []][:MAX_OPTIONS]
