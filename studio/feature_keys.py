"""Where the vectors of a text column are: for workers that make them and pages that send them."""

import hashlib
from typing import Any

from automl.schema import TEXT, Schema
from studio.models import FeatureFile, Project, StoredFile


def text_columns(project: Project) -> list[int]:
    """Places, in the feature schema, of the columns whose meaning is read."""
    columns = Schema.from_json(project.feature_schema).columns
    return [i for i, column in enumerate(columns) if column.kind == TEXT]


def find_features(project: Project, i: int) -> StoredFile | None:
    found = (
        FeatureFile.objects.filter(**feature_identity(project, i)).select_related("file").first()
    )
    return found.file if found else None


def feature_identity(project: Project, i: int) -> dict[str, Any]:
    """What names the file: equal table and equal encoder, equal numbers."""
    dataset = project.dataset
    assert dataset.table_file is not None
    column = Schema.from_json(project.feature_schema).columns[i]
    inputs = f"{dataset.table_file.sha256} {column.text_encoder}"
    key = hashlib.sha256(inputs.encode()).hexdigest()
    return {"dataset": dataset, "position": column.position, "key": key}


def found_features(project: Project) -> dict[int, tuple[str, StoredFile]]:
    """Name of the column and its file, by the column's position in the dataset."""
    columns = Schema.from_json(project.feature_schema).columns
    found = {i: find_features(project, i) for i in text_columns(project)}
    return {columns[i].position: (columns[i].name, file) for i, file in found.items() if file}
