"""The same example changed in one place: a word left out, or a column made typical."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from automl.limits import MAX_TEXT_CHARS
from automl.schema import TEXT, Column, Schema
from automl.shown_text import show_name
from inference.playground.dataset_rows import typical_cell
from inference.playground.fields import UNUSED_KINDS
from models_app.evaluation_page import read_evaluation
from models_app.models import DeployedModel

MAX_VARIANTS = 50
MAX_TITLE_CHARS = 60
WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Variant:
    """Changed cells; what was changed, from what and to what."""

    title: str
    cells: list[str]
    before: str = ""
    after: str = ""


def reason_variants(model: DeployedModel, cells: Sequence[str]) -> list[Variant]:
    """At most 50, each without what may be a reason for the prediction."""
    schema = Schema.from_json(model.cleanset.project.feature_schema)
    if [column.kind for column in schema.columns] == [TEXT]:
        return without_words(cells[0])
    return with_typical_cells(model, schema, cells)


def without_words(text: str) -> list[Variant]:
    """Each word left out in turn; of many words, as many next to each other as needed."""
    text = text[:MAX_TEXT_CHARS]
    words = list(WORD.finditer(text))
    size = math.ceil(len(words) / MAX_VARIANTS)
    variants = []
    for start in range(0, len(words), max(size, 1)):
        group = words[start : start + size]
        first, last = group[0].start(), group[-1].end()
        rest = text[:first].rstrip() + " " + text[last:].lstrip()
        variants.append(Variant(show_name(text[first:last], MAX_TITLE_CHARS), [rest.strip()]))
    return variants


def with_typical_cells(model: DeployedModel, schema: Schema, cells: Sequence[str]) -> list[Variant]:
    """Each column in turn has its typical cell; where it has that already, none."""
    variants = []
    for place in _most_important(model, schema):
        column, before = schema.columns[place], cells[place]
        typical = typical_cell(model, column)
        after = typical if before != typical else ""
        if before != after:
            changed = [*cells[:place], after, *cells[place + 1 :]]
            title = show_name(column.name, MAX_TITLE_CHARS)
            variants.append(Variant(title, changed, _show(before), _show(after)))
    return variants


def with_values(cells: Sequence[str], place: int, values: Sequence[str]) -> list[Variant]:
    return [Variant(_show(value), [*cells[:place], value, *cells[place + 1 :]]) for value in values]


def _most_important(model: DeployedModel, schema: Schema) -> list[int]:
    """Places of the columns that are tried: all, or the 50 that matter most on all rows."""
    used = [i for i, column in enumerate(schema.columns) if _is_used(column)]
    if len(used) <= MAX_VARIANTS:
        return used
    evaluation = read_evaluation(model.evaluation_file) or {"columns": []}
    ranks = {line["name"]: rank for rank, line in enumerate(evaluation["columns"])}
    names = {i: show_name(schema.columns[i].name, 120) for i in used}
    return sorted(used, key=lambda i: ranks.get(names[i], len(ranks)))[:MAX_VARIANTS]


def _is_used(column: Column) -> bool:
    return column.kind not in UNUSED_KINDS


def _show(cell: str) -> str:
    return show_name(cell, MAX_TITLE_CHARS) if cell else "(empty)"
