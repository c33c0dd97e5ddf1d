"""Large files are answered by the serving ensemble, where there is one and nobody minds."""

import csv

import numpy as np
import pyarrow as pa
import pytest
from django.urls import reverse

from automl.calibration import Calibration
from automl.candidates import TrainingData, refit
from automl.folds import make_folds
from automl.predictor import Predictor, ServingPool
from automl.problem import MULTI_CLASS
from automl.schema import NUMERIC, Column, Schema
from inference.batches import create_batch
from models_app.models import DeployedModel
from studio.models import Project

from ..factories import make_cleanset, make_model, store
from ..inline_jobs import predict_file, read_predictions, run_all_jobs

pytestmark = pytest.mark.django_db(transaction=True)

FAMILIES = ("tabular_logistic_regression", "majority")
FACTS = {
    "families": ["tabular_logistic_regression"],
    "titles": ["Logistic Regression"],
    "accuracy": {"difference": -0.0004, "low": -0.001, "high": 0.0002},
    "log_loss_ratio": 1.003,
    "speed_up": 6.51,
}


def train_predictor(*, has_serving):
    """Half of it says the share of the classes; its serving ensemble leaves that half out."""
    size = np.linspace(0, 9, 60)
    schema = Schema((Column("size", NUMERIC, 0),))
    table = pa.table({"c0": [f"{number:.2f}" for number in size]})
    y = (size > 4).astype(np.int64)
    folds = make_folds(y, seed=0)
    data = TrainingData(table, schema, "tabular", MULTI_CLASS, ["no", "yes"], y, folds)
    plan = {"calibration": Calibration().to_json()}
    members = [refit(family, data, plan, seed=0) for family in FAMILIES]
    pool = ServingPool([1.0, 0.0], 1.0, None) if has_serving else None
    asked = (schema, data.classes, "tabular", MULTI_CLASS, members, [0.5, 0.5])
    return Predictor(*asked, serving=pool)


@pytest.fixture
def make(alice, tmp_path):
    def make(*, has_serving=True):
        model = make_model(make_cleanset(alice, tmp_path), tmp_path)
        predictor = train_predictor(has_serving=has_serving)
        predictor.save(tmp_path / "predictor.zip", info={})
        DeployedModel.objects.update(
            predictor_file=store(model.workspace, "predictors", tmp_path / "predictor.zip")
        )
        Project.objects.update(
            feature_schema=[{"name": "size", "kind": "numeric", "position": 0}], modality="tabular"
        )
        if has_serving:
            deployed = model.candidates.get(is_deployed=True)
            deployed.metrics |= {"serving": FACTS}
            deployed.save()
        return DeployedModel.objects.get(pk=model.pk), predictor

    return make


@pytest.fixture
def predict(alice, tmp_path, monkeypatch):
    monkeypatch.setattr("inference.prediction.LARGE_FILE_ROWS", 20)

    def predict(model, n_rows, **options):
        path = tmp_path / "many.csv"
        path.write_text("size\n" + "".join(f"{i % 9}\n" for i in range(n_rows)))
        result = create_batch(
            user=alice,
            model=model,
            file_name="many.csv",
            path=path,
            idempotency_key=f"{n_rows}{options}",
            **options,
        )
        result = predict_file(result)
        assert result.status == "ready", result.error_message
        lines = list(csv.DictReader(read_predictions(result)))
        return result, np.array([float(line["yes"]) for line in lines])

    return predict


def expected(predictor, n_rows):
    return predictor.predict_proba(pa.table({"c0": [str(i % 9) for i in range(n_rows)]}))[:, 1]


@pytest.mark.parametrize(("n_rows", "answered_by"), [(20, "full"), (21, "serving")])
def test_rows_are_counted_to_tell_who_answers(make, predict, n_rows, answered_by):
    model, predictor = make()
    result, probs = predict(model, n_rows)
    assert (result.answered_by, result.n_rows) == (answered_by, n_rows)
    asked = predictor.for_serving() if answered_by == "serving" else predictor
    np.testing.assert_allclose(probs, expected(asked, n_rows), atol=1e-12)
    other = predictor if answered_by == "serving" else predictor.for_serving()
    assert np.abs(probs - expected(other, n_rows)).max() > 0.05


def test_who_wants_the_full_ensemble_gets_it_for_a_large_file(make, predict):
    model, predictor = make()
    result, probs = predict(model, 50, is_always_full=True)
    assert result.answered_by == "full"
    np.testing.assert_allclose(probs, expected(predictor, 50), atol=1e-12)


def test_without_a_serving_ensemble_the_full_one_answers_large_files(make, predict):
    model, _ = make(has_serving=False)
    assert predict(model, 50)[0].answered_by == "full"


def read(client, name, model):
    return client.get(reverse(name, args=[model.pk])).content.decode()


def test_results_say_which_ensemble_answered(make, predict, alice_client):
    model, _ = make()
    predict(model, 30)
    page = read(alice_client, "inference:result_list", model)
    assert "answered by the serving ensemble (Logistic Regression)" in page
    predict(model, 5)
    page = read(alice_client, "inference:result_list", model)
    assert "answered by the full ensemble" in page


def test_details_say_what_the_serving_ensemble_loses(make, alice_client):
    model, _ = make()
    page = read(alice_client, "models_app:model_details", model)
    assert "Files of more than 50,000 rows are answered by a" in page
    assert "of Logistic Regression: held-out accuracy -0.04 points (-0.10 to +0.02)" in page
    assert "log-loss +0.3%, 6.5 times as fast" in page


def test_pages_of_models_without_one_do_not_speak_of_it(make, predict, alice_client):
    model, _ = make(has_serving=False)
    predict(model, 5)
    assert "answered by" not in read(alice_client, "inference:result_list", model)
    assert "serving ensemble" not in read(alice_client, "models_app:model_details", model)
    assert "is_always_full" not in read(alice_client, "inference:result_create", model)


@pytest.mark.parametrize(("n_rows", "is_offered"), [(5, False), (25, True)])
def test_the_choice_is_offered_for_a_large_file(
    make, alice, alice_client, tmp_path, monkeypatch, n_rows, is_offered
):
    monkeypatch.setattr("inference.views.result.LARGE_FILE_ROWS", 20)
    model, _ = make()
    path = tmp_path / "brought.csv"
    path.write_text("size\n" + "1\n" * n_rows)
    result = create_batch(
        user=alice, model=model, file_name="b.csv", path=path, idempotency_key="k", asks_first=True
    )
    run_all_jobs()
    page = alice_client.get(reverse("inference:result_detail", args=[result.pk])).content.decode()
    assert ('name="is_always_full"' in page) == is_offered
    assert ("answered by Logistic Regression alone, 6.5 times as fast" in page) == is_offered
    start = reverse("inference:result_start", args=[result.pk])
    alice_client.post(start, {"is_always_full": "on"})
    result.refresh_from_db()
    assert (result.is_always_full, result.status) == (True, "queued")
