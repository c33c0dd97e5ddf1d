"""Request side: what was noticed in the rows of a file, in words."""

from dataclasses import dataclass
from typing import Any

from inference.models import InferenceResult

# All rows are looked at once they are predicted; so many before.
MAX_LOOKED_AT = 100_000
# As automl/row_warnings.py names them; importing it here would load the learning libraries.
KINDS = {
    "unseen_category": "values that were never seen in training",
    "no_number": "cells that are no numbers; they count as missing",
    "no_date": "cells that are no dates; they count as missing",
    "empty_text": "empty texts",
    "long_text": "texts of which only the beginning is read",
    "empty_row": "rows in which every cell is empty",
}


@dataclass(frozen=True)
class FindingLine:
    """`examples` are cells with the first rows that have them, told as `say_places` says."""

    column: str
    words: str
    n_rows: int
    examples: list[tuple[str, list[int]]]


def first_place(result: InferenceResult) -> int:
    """What the first row is called: its line in the file, where that tells rows."""
    return 1 if result.first_line is None else result.first_line


def say_places(result: InferenceResult) -> str:
    if result.first_line is None:
        return "Rows are numbered from 1, the header left out."
    return "Lines are those of the file."


def list_findings(result: InferenceResult, summary: dict[str, Any] | None) -> list[FindingLine]:
    """The most frequent first. A column that is missing altogether is no news of its rows."""
    schema = result.deployed_model.cleanset.project.feature_schema
    first = first_place(result)
    missing = {i for i, position in enumerate(result.positions) if position is None}
    lines = [
        FindingLine(
            "" if found["column"] is None else schema[found["column"]]["name"],
            KINDS[found["kind"]],
            found["n_rows"],
            [(cell, [first + row for row in rows]) for cell, rows in found["examples"]],
        )
        for found in (summary or {}).get("findings", [])
        if found["column"] not in missing
    ]
    return sorted(lines, key=lambda line: -line.n_rows)
