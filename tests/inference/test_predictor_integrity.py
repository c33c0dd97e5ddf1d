"""What a prediction does with a predictor that is not the one that was trained."""

import pytest

from automl.pooling import pool_probabilities
from inference.batches import create_batch
from models_app.models import DeployedModel
from studio.files import local_path
from studio.models import Project

from ..automl.test_predictor import make_predictor
from ..factories import make_cleanset, make_model, store
from ..inline_jobs import predict_file

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    predictor, table = make_predictor()
    predictor.keep_golden_rows(table.slice(0, 10))
    path = tmp_path_factory.mktemp("predictor") / "predictor.zip"
    predictor.save(path, info={})
    return path, predictor.schema


@pytest.fixture
def model(alice, tmp_path, bundle):
    path, schema = bundle
    model = make_model(make_cleanset(alice, tmp_path), tmp_path)
    model.predictor_file = store(model.workspace, "predictors", path)
    model.save()
    Project.objects.update(feature_schema=schema.to_json())
    return DeployedModel.objects.get(pk=model.pk)


def predict(model, folder):
    path = folder / "new"
    path.write_text("size,colour\n1.5,red\n9,\n")
    result = create_batch(
        user=model.created_by, model=model, file_name="n.csv", path=path, idempotency_key="k"
    )
    return predict_file(result)


def test_the_predictor_that_was_trained_predicts(model, tmp_path):
    result = predict(model, tmp_path)
    assert (result.status, result.n_rows, result.error_message) == ("ready", 2, "")


def test_a_predictor_that_was_swapped_in_storage_is_refused(model, tmp_path):
    """By one that is whole in itself, so that only what we know of it tells them apart."""
    other, _ = make_predictor(seed=1)
    other.save(local_path(model.predictor_file), info={"made by": "somebody else"})
    result = predict(model, tmp_path)
    assert (result.status, result.error_code) == ("failed", "MODEL_CORRUPT")
    assert "restore it from a backup" in result.error_message


def test_a_predictor_that_predicts_otherwise_here_is_refused(model, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "automl.predictor.pool_probabilities",
        lambda stack, weights, **options: pool_probabilities(stack, weights * 1.01, **options),
    )
    result = predict(model, tmp_path)
    assert (result.status, result.error_code) == ("failed", "PREDICTS_OTHERWISE")
    assert "Re-train it" in result.error_message
