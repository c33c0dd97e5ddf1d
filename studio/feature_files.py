"""Worker side: what is costly to read from a column is read once a dataset and stored."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from automl.features.embeddings import Embeddings
from automl.schema import Schema
from studio.feature_keys import feature_identity, find_features, text_columns
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
    missing = [i for i in text_columns(project) if find_features(project, i) is None]
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
    for i in text_columns(project):
        stored = (made or {}).get(i) or find_features(project, i)
        if stored is not None:
            vectors = np.load(local_path(stored), mmap_mode="r", allow_pickle=False)
            given[i] = vectors[row_ids].astype(np.float32)
    schema = Schema.from_json(project.feature_schema)
    return Embeddings(table, given, encoders=text_encoders().of(schema))


def _name(project: Project, i: int, stored: StoredFile) -> None:
    FeatureFile.objects.update_or_create(**feature_identity(project, i), defaults={"file": stored})
