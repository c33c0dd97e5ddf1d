"""Worker side: a project's facts as the learning core takes them."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from automl.folds import make_folds
from automl.problem import class_names, clean_labels, encode_labels
from automl.schema import Schema
from studio.files import local_path
from studio.models import Project, StoredFile
from studio.parquet_reading import read_columns

Labels = list[str | None]


def read_given_labels(project: Project) -> Labels:
    """The dataset's own labels in row order; None = unlabelled."""
    if not project.has_labels:
        return [None] * project.dataset.n_rows
    column = _read_columns(project, [project.label_position])
    return clean_labels(column.column(0).to_pylist(), project.problem_type)


def read_features(project: Project, row_ids: np.ndarray | None = None) -> pa.Table:
    """Columns c0..cn in the order of the feature schema, for all rows or the given ones."""
    schema = Schema.from_json(project.feature_schema)
    table = _read_columns(project, [column.position for column in schema.columns])
    table = table.rename_columns([f"c{i}" for i in range(table.num_columns)])
    return table if row_ids is None else table.take(pa.array(row_ids))


def make_project_folds(project: Project, labels: Labels, groups: np.ndarray) -> np.ndarray:
    """One fold for each dataset row, from the original labels and duplicate clusters."""
    classes = class_names(labels, project.problem_type)
    y = encode_labels(labels, classes, project.problem_type)
    return make_folds(y, groups=groups, seed=project.seed)


def read_folds(project: Project) -> np.ndarray:
    assert project.folds_file is not None
    return read_columns(local_path(project.folds_file)).column("fold").to_numpy()


def write_folds(folds: np.ndarray, path: Path) -> Path:
    pq.write_table(pa.table({"fold": pa.array(folds, pa.int8())}), path)
    return path


def write_labels(row_ids: np.ndarray, labels: Labels, path: Path) -> Path:
    table = {"row_id": pa.array(row_ids, pa.int64()), "label": pa.array(labels, pa.string())}
    pq.write_table(pa.table(table), path)
    return path


def read_labels(stored: StoredFile) -> tuple[np.ndarray, Labels]:
    table = read_columns(local_path(stored))
    return table.column("row_id").to_numpy(), table.column("label").to_pylist()


def hash_labels(row_ids: np.ndarray, labels: Labels) -> str:
    """The same rows with the same labels have the same hash; null and "" differ."""
    digest = hashlib.sha256(np.ascontiguousarray(row_ids, dtype=np.int64).tobytes())
    digest.update(json.dumps(labels, ensure_ascii=True).encode())
    return digest.hexdigest()


def _read_columns(project: Project, positions: list[int]) -> pa.Table:
    dataset = project.dataset
    assert dataset.table_file is not None
    names = [f"c{position}" for position in positions]
    table = read_columns(local_path(dataset.table_file), names)
    return table.select(names)
