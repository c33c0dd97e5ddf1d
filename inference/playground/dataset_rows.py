"""Real cells to start from: a row of the dataset, and what is usual in a column."""

from functools import lru_cache
from pathlib import Path

import pyarrow.compute as pc

from automl.limits import MAX_TEXT_CHARS
from automl.schema import BOOLEAN, CATEGORICAL, DATETIME, NUMERIC, TEXT, Column, Schema
from inference.playground.fields import known_values, profiles_of
from models_app.models import DeployedModel
from studio.dataset_cells import dataset_path, read_numbers, read_times
from studio.parquet_reading import open_parquet, take_rows

SHARES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
MAX_USUAL = 7


def read_row(model: DeployedModel, row: int) -> list[str]:
    """The cells of a row of the dataset in the order of the schema, "" where one is missing."""
    columns = Schema.from_json(model.cleanset.project.feature_schema).columns
    names = [f"c{column.position}" for column in columns]
    table = take_rows(dataset_path(model.cleanset), [row], sorted(set(names)))
    cells = [table.column(name)[0].as_py() or "" for name in names]
    # Of a longer text no more is read.
    return [
        cell[:MAX_TEXT_CHARS] if column.kind == TEXT else cell
        for column, cell in zip(columns, cells, strict=True)
    ]


def usual_cells(model: DeployedModel, column: Column) -> list[str]:
    """Of categories the most frequent, most frequent first; of numbers and times cells at
    quantiles of the first rows (at most 50,000), ascending; of anything else none."""
    if column.kind in {CATEGORICAL, BOOLEAN}:
        return known_values(column.kind, profiles_of(model).get(column.position, {}))[:MAX_USUAL]
    if column.kind in {NUMERIC, DATETIME}:
        return list(_quantile_cells(dataset_path(model.cleanset), column.position, column.kind))
    return []


def typical_cell(model: DeployedModel, column: Column) -> str:
    """The most frequent category or the median; "" where there is nothing of the kind."""
    cells = usual_cells(model, column)
    if not cells:
        return ""
    return cells[0] if column.kind in {CATEGORICAL, BOOLEAN} else cells[len(cells) // 2]


# The files of datasets never change.
@lru_cache(maxsize=2_000)
def _quantile_cells(path: Path, position: int, kind: str) -> tuple[str, ...]:
    with open_parquet(path) as file:
        cells = file.read_row_group(0, columns=[f"c{position}"], use_threads=False).column(0)
    values = (read_times if kind == DATETIME else read_numbers)(cells)
    order = pc.array_sort_indices(values.combine_chunks())
    n_known = len(values) - values.null_count
    if not n_known:
        return ()
    picked = [order[round(share * (n_known - 1))].as_py() for share in SHARES]
    return tuple(dict.fromkeys(cells[row].as_py() for row in picked))
