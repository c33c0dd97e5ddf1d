"""Request side: rows that a model is unsure of become, unlabelled, part of a new dataset.

The rest of it is what the model was trained on, as it is corrected by now: analysed, the new rows
get suggestions and are labelled in its review, and a model that knows them too can be deployed.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from automl.arrow_arrays import make_text_array
from automl.errors import InputError
from inference.models import InferenceResult
from inference.result_rows import RowQuery, find_rows
from studio.cleanset_tables import PREFIX, read_all
from studio.datasets import create_dataset
from studio.files import local_path
from studio.models import Cleanset, Dataset, User
from studio.parquet_reading import take_rows
from studio.table_formats import write_csv

PART_ROWS = 10_000


def send_unsure_rows(*, result: InferenceResult, below: float, user: User) -> Dataset:
    """Raises InputError where no row is less sure than that."""
    places = find_rows(result, RowQuery("unsure", below, "rising"))
    if not len(places):
        raise InputError("NO_ROWS", "No row of this file is less sure than that.")
    cleanset = result.deployed_model.cleanset
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        with path.open("wb") as file:
            file.writelines(write_csv(_read_rows(result, cleanset, np.asarray(places))))
        return create_dataset(
            user=user,
            workspace=result.workspace,
            name=f"{cleanset.project.dataset.name} with {result.stem}"[:255],
            file_name=f"{result.stem[:200]} unsure.csv",
            path=path,
        )


def _read_rows(
    result: InferenceResult, cleanset: Cleanset, places: np.ndarray
) -> Iterator[pa.Table]:
    names = cleanset.project.dataset.column_names
    for part in read_all(cleanset, with_excluded=False):
        yield _with_labels(cleanset, part, names)
    for start in range(0, len(places), PART_ROWS):
        yield _without_labels(result, names, places[start : start + PART_ROWS])


def _with_labels(cleanset: Cleanset, part: pa.Table, names: list[str]) -> pa.Table:
    """The dataset's columns, its labels as they are corrected by now."""
    corrected = part.column(PREFIX + "corrected_label")
    labels = pc.coalesce(corrected, part.column(PREFIX + "given_label"))
    columns = list(part.columns[: len(names)])
    columns[names.index(cleanset.project.label_column)] = labels
    return pa.table(columns, names=names)


def _without_labels(result: InferenceResult, names: list[str], places: np.ndarray) -> pa.Table:
    """Rows of the file in the dataset's columns: what the model reads by what was chosen for it,
    other columns by their names."""
    assert result.table_file is not None
    project = result.deployed_model.cleanset.project
    chosen = {
        column["name"]: position
        for column, position in zip(project.feature_schema, result.positions, strict=True)
    }
    by_name = {name: i for i, name in enumerate(result.column_names)}
    cells = take_rows(local_path(result.table_file), places)
    empty = make_text_array([""] * len(places))
    columns = []
    for name in names:
        position = chosen.get(name, by_name.get(name))
        is_label = name == project.label_column
        columns.append(empty if position is None or is_label else cells.column(f"c{position}"))
    return pa.table(columns, names=names)
