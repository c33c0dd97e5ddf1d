"""Cells that a predictor cannot use as they are: it answers all the same, and says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pyarrow as pa

from automl.features.spaces import TabularEncoder
from automl.limits import MAX_TEXT_CHARS
from automl.predictor import Predictor
from automl.schema import BOOLEAN, CATEGORICAL, DATETIME, NUMERIC, TEXT
from automl.shown_text import show_name
from automl.values import parse_finite, parse_time

MAX_SHOWN_CHARS = 40


@dataclass(frozen=True)
class CellWarning:
    """One cell of one row: a stable code, the column's name, and a sentence."""

    code: str
    column: str
    message: str

    def to_json(self) -> dict[str, str]:
        return {"code": self.code, "column": self.column, "message": self.message}


# Of a column's name and a cell ("" where it is empty): what is wrong with it, if anything.
Check = Callable[[str, str], CellWarning | None]


class CellWarnings:
    """What a predictor says of single cells; made once, used for many requests."""

    def __init__(self, predictor: Predictor) -> None:
        encoder = predictor.members[0].encoder
        categories: dict[str, list[str]] = {}
        if isinstance(encoder, TabularEncoder):
            categories = encoder.encoder.categories
        checks: dict[str, Check] = {NUMERIC: _check_number, DATETIME: _check_time}
        checks[TEXT] = _check_text
        self._checks: list[tuple[int, str, Check]] = []
        for i, column in enumerate(predictor.schema.columns):
            if column.kind in {CATEGORICAL, BOOLEAN}:
                known = frozenset(categories.get(str(i), ()))
                self._checks.append((i, column.name, partial(_check_category, known)))
            elif column.kind in checks:
                self._checks.append((i, column.name, checks[column.kind]))

    def of(self, table: pa.Table) -> list[list[CellWarning]]:
        """For each row of a table with columns c0.. in schema order."""
        found: list[list[CellWarning]] = [[] for _ in range(table.num_rows)]
        for i, name, check in self._checks:
            for row, cell in enumerate(table.column(i).to_pylist()):
                warning = check(name, cell or "")
                if warning is not None:
                    found[row].append(warning)
        return found


def _check_number(name: str, cell: str) -> CellWarning | None:
    if not cell or parse_finite(cell) is not None:
        return None
    return _warn("NO_NUMBER", name, cell, "which is no number; it counts as missing.")


def _check_time(name: str, cell: str) -> CellWarning | None:
    if not cell or parse_time(cell) is not None:
        return None
    return _warn("NO_DATE", name, cell, "which is no date that is read; it counts as missing.")


def _check_category(known: frozenset[str], name: str, cell: str) -> CellWarning | None:
    if cell in known:
        return None
    if not cell:
        message = f"'{show_name(name)}' is empty, which was rare or absent in training."
        return CellWarning("UNKNOWN_CATEGORY", name, message)
    return _warn("UNKNOWN_CATEGORY", name, cell, "which was rare or absent in training.")


def _check_text(name: str, cell: str) -> CellWarning | None:
    if not cell.strip():
        return CellWarning("EMPTY_TEXT", name, f"'{show_name(name)}' is empty.")
    if len(cell) > MAX_TEXT_CHARS:
        message = f"Of '{show_name(name)}' the first {MAX_TEXT_CHARS:,} characters are read."
        return CellWarning("LONG_TEXT", name, message)
    return None


def _warn(code: str, name: str, cell: str, what: str) -> CellWarning:
    shown = show_name(cell, MAX_SHOWN_CHARS)
    return CellWarning(code, name, f"'{show_name(name)}' is '{shown}', {what}")
