"""Worker side: the text encoders of this server, and which of them reads a project's columns."""

from dataclasses import replace

from django.conf import settings

from automl.features.text import read_texts
from automl.features.text_encoders import TextEncoders
from automl.schema import TEXT, Schema
from studio.models import Project
from studio.project_data import read_features


def text_encoders() -> TextEncoders:
    return TextEncoders(settings.TEXT_ENCODER)


def decide_text_encoders(project: Project) -> Schema:
    """The feature schema with an encoder for each text column.

    Decided once, so that all candidates, versions and predictors of a project share the vectors;
    anew only for a column whose encoder is no longer on this server.
    """
    schema = Schema.from_json(project.feature_schema)
    encoders = text_encoders()
    columns = list(schema.columns)
    for i, column in enumerate(columns):
        if column.kind == TEXT and not encoders.has(column.text_encoder):
            texts = read_texts(read_features(project).column(i))
            columns[i] = replace(column, text_encoder=encoders.choose(texts).identity)
    return Schema(tuple(columns))
