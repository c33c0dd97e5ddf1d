"""Worker side: rows, labels, folds and features of a project, as the learning core takes them."""

from collections.abc import Mapping

import numpy as np

from automl.candidates import TrainingData
from automl.features.embeddings import Embeddings
from automl.problem import encode_labels
from automl.schema import Schema
from studio.feature_files import read_embeddings
from studio.models import Project, StoredFile
from studio.project_data import Labels, read_features, read_folds


def build_training_data(
    project: Project,
    row_ids: np.ndarray,
    labels: Labels,
    classes: list[str],
    embeddings: Embeddings | None = None,
    made: Mapping[int, StoredFile] | None = None,
) -> TrainingData:
    """With vectors of texts as stored, or just `made`, unless others are given for these rows."""
    table = read_features(project, row_ids)
    return TrainingData(
        table=table,
        schema=Schema.from_json(project.feature_schema),
        modality=project.modality,
        problem_type=project.problem_type,
        classes=classes,
        y=encode_labels(labels, classes, project.problem_type),
        folds=read_folds(project)[row_ids],
        embeddings=embeddings or read_embeddings(project, table, row_ids, made),
    )
