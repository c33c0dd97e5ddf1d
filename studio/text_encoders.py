"""Worker side: the text encoders of this server, and which of them reads a project's columns."""

from django.conf import settings

from automl.features.text_encoders import TextEncoders
from automl.schema import Schema
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
    return text_encoders().decide(schema, lambda: read_features(project))
