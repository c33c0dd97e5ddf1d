"""The columns that a predictor reads, and how they are found again in another file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from automl.column_names import clean_column_name
from automl.errors import InputError
from automl.shown_text import show_name

NUMERIC, CATEGORICAL, BOOLEAN = "numeric", "categorical", "boolean"
DATETIME, TEXT = "datetime", "text"
IDENTIFIER, CONSTANT, EMPTY = "identifier", "constant", "empty"

TEXT_ALIAS = "text"
MAX_SHOWN_NAMES = 10
MAX_SHOWN_CHARS = 120
MAX_MESSAGE = 200


@dataclass(frozen=True)
class Column:
    """One feature: its name in the dataset, what kind it is, and its position there.

    `text_encoder` is the identity of what reads its meaning, once that was decided.
    """

    name: str
    kind: str
    position: int
    text_encoder: str = ""

    def to_json(self) -> dict[str, Any]:
        content = asdict(self)
        if not self.text_encoder:
            del content["text_encoder"]
        return content


@dataclass(frozen=True)
class ColumnMatch:
    """Where a schema's columns stand in a file's header.

    Attributes
    ----------
    positions : index in the header, by column name.
    missing : names that the header does not have.
    suggestions : for a missing name, a header name that differs only in case.
    ignored : header names that are not used.
    """

    positions: dict[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    suggestions: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class Schema:
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def to_json(self) -> list[dict[str, Any]]:
        return [column.to_json() for column in self.columns]

    @classmethod
    def from_json(cls, columns: list[dict[str, Any]]) -> Schema:
        return cls(tuple(Column(**column) for column in columns))

    def match(self, names: Sequence[str]) -> ColumnMatch:
        """Find the columns by name; spaces around, Unicode form and byte-order mark are silent.

        A sole text column is also found under the name `text`: the official client sends a list
        of texts under that header.
        """
        places = {clean_column_name(name): i for i, name in reversed(list(enumerate(names)))}
        positions = {
            column.name: places[key]
            for column in self.columns
            if (key := clean_column_name(column.name)) in places
        }
        if not positions and self._has_sole_text() and TEXT_ALIAS in places:
            positions = {self.columns[0].name: places[TEXT_ALIAS]}
        missing = tuple(name for name in self.names if name not in positions)
        by_case = {clean_column_name(name).casefold(): name for name in names}
        used = set(positions.values())
        return ColumnMatch(
            positions=positions,
            missing=missing,
            suggestions={
                name: by_case[key]
                for name in missing
                if (key := clean_column_name(name).casefold()) in by_case
            },
            ignored=tuple(name for i, name in enumerate(names) if i not in used),
        )

    def require(self, names: Sequence[str], *, subject: str = "The file has") -> dict[str, int]:
        """Positions of all columns; `subject` begins the sentence that says which are missing.

        Raises
        ------
        InputError
            `MISSING_COLUMNS`, naming every missing column.
        """
        match = self.match(names)
        if match.missing:
            raise InputError("MISSING_COLUMNS", _missing_message(match, names, subject))
        return match.positions

    def _has_sole_text(self) -> bool:
        return len(self.columns) == 1 and self.columns[0].kind == TEXT


def _missing_message(match: ColumnMatch, names: Sequence[str], subject: str) -> str:
    if len(match.missing) > 1:
        return f"{subject} no columns {_quote(match.missing)}, which this model needs."
    name = match.missing[0]
    message = f"{subject} no column '{show_name(name, 60)}', which this model needs."
    if name in match.suggestions:
        return f"{message} Did you mean '{show_name(match.suggestions[name], 60)}'?"
    shown = _shorten([show_name(other, 30) for other in names], MAX_MESSAGE - len(message) - 15)
    return f"{message} It has: {', '.join(shown)}{', …' if len(shown) < len(names) else ''}."


def _quote(names: Sequence[str]) -> str:
    shown = _shorten([f"'{show_name(name, 40)}'" for name in names], MAX_SHOWN_CHARS)
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def _shorten(names: Sequence[str], max_chars: int) -> list[str]:
    """As many of the first names as fit, at least one."""
    shown: list[str] = []
    for name in names[:MAX_SHOWN_NAMES]:
        max_chars -= len(name) + 2
        if shown and max_chars < 0:
            break
        shown.append(name)
    return shown
