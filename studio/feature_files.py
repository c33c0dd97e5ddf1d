"""Worker side: what is costly to read from a column is read once a dataset and stored."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from automl.features.embeddings import Embeddings
from automl.schema import TEXT, Schema
from studio.files import local_path
from studio.jobs.execution import JobRun
from studio.models import FeatureFile, Project, StoredFile
from studio.project_data import read_features
from studio.text_encoders import decide_text_encoders, text_encoders


@dataclass(frozen=True)
class FeatureFiles:
    """What was made: files by column, and what names them in the ending transaction."""

    made: dict[int, StoredFile]
    name: Callable[[], None]


def make_feature_files(run: JobRun, project: Project) -> FeatureFiles:
    """Make the missing ones.

    The project's schema names, from here on, the encoder of each text column.
    """
    schema = decide_text_encoders(project)
    project.feature_schema = schema.to_json()
    made = {}
    missing = [i for i in _text_columns(project) if _find(project, i) is None]
    if missing:
        embeddings = Embeddings(read_features(project), encoders=text_encoders().of(schema))
        for i in missing:
            vectors = embeddings.column(i, progress=run.progress)
            path = run.folder / f"meaning-{i}.npy"
            np.save(path, vectors.astype(np.float16), allow_pickle=False)
            made[i] = run.put_file("features", path)

    def name() -> None:
        Project.all_objects.filter(pk=project.pk).update(feature_schema=project.feature_schema)
        for i, stored in made.items():
            _name(project, i, stored)

    return FeatureFiles(made, name)


def read_embeddings(
    project: Project,
    table: pa.Table,
    row_ids: np.ndarray,
    made: Mapping[int, StoredFile] | None = None,
) -> Embeddings:
    """The stored vectors of the given rows; a column without any is read anew where needed.

    `made` are files that this run has made and not named yet.
    """
    given = {}
    for i in _text_columns(project):
        stored = (made or {}).get(i) or _find(project, i)
        if stored is not None:
            vectors = np.load(local_path(stored), mmap_mode="r", allow_pickle=False)
            given[i] = vectors[row_ids].astype(np.float32)
    schema = Schema.from_json(project.feature_schema)
    return Embeddings(table, given, encoders=text_encoders().of(schema))


def _text_columns(project: Project) -> list[int]:
    """Places, in the feature schema, of the columns whose meaning is read."""
    columns = Schema.from_json(project.feature_schema).columns
    return [i for i, column in enumerate(columns) if column.kind == TEXT]


def _find(project: Project, i: int) -> StoredFile | None:
    found = FeatureFile.objects.filter(**_identity(project, i)).select_related("file").first()
    return found.file if found else None


def _name(project: Project, i: int, stored: StoredFile) -> None:
    FeatureFile.objects.update_or_create(**_identity(project, i), defaults={"file": stored})


def _identity(project: Project, i: int) -> dict[str, Any]:
    dataset = project.dataset
    assert dataset.table_file is not None
    column = Schema.from_json(project.feature_schema).columns[i]
    inputs = f"{dataset.table_file.sha256} {column.text_encoder}"
    key = hashlib.sha256(inputs.encode()).hexdigest()
    return {"dataset": dataset, "position": column.position, "key": key}
