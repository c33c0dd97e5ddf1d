"""Worker side: what the rows that a model was trained on look like, without loading the model."""

from automl.training_profile import TrainingProfile
from models_app.models import DeployedModel
from studio.files import sealed_path


def read_profile(model: DeployedModel) -> TrainingProfile | None:
    """None for models from before there were profiles."""
    assert model.predictor_file is not None
    return TrainingProfile.read_bundle(sealed_path(model.predictor_file))
