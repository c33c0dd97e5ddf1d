"""A deployment finds a serving ensemble, keeps it in the predictor and says so on its page."""

from uuid import uuid4

import numpy as np
import pandas as pd
import pytest
from django.urls import reverse

from automl.prediction_costs import Cost
from automl.predictor import Predictor
from models_app.deploy import deploy_model
from models_app.models import DeployedModel
from studio.files import local_path
from studio.models import Cleanset
from studio.projects import Setup

from ..inline_jobs import analyse_file, run_all_jobs

pytestmark = pytest.mark.django_db(transaction=True)

N_ROWS = 400
FEATURES = ["a", "b", "c", "d"]
CHEAP = "tabular_logistic_regression"


def write_table(path):
    """Slopes, that linear estimators know best, and a step at both ends, that trees know best."""
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(N_ROWS, len(FEATURES))).round(3)
    logits = 1.5 * numbers[:, :3].sum(axis=1) + 4 * (np.abs(numbers[:, 3]) > 0.8) - 2
    table = pd.DataFrame(numbers, columns=FEATURES)
    table["label"] = np.where(logits + rng.logistic(size=N_ROWS) > 0, "yes", "no")
    table.to_csv(path, index=False)
    return path


@pytest.fixture
def _anything_cheap_is_close_enough(monkeypatch):
    """Times and 400 rows tell little; what they come to is tested with the learning core."""
    monkeypatch.setattr("automl.serving.MAX_ACCURACY_LOSS", 1.0)
    monkeypatch.setattr("automl.serving.MAX_LOG_LOSS_RATIO", 10.0)
    monkeypatch.setattr(
        "automl.serving.measure_costs",
        lambda members, *rest: {
            member.family: Cost(1e-6, 1e-6 if member.family == CHEAP else 50e-6)
            for member in members
        },
    )


@pytest.fixture
def model(alice, tmp_path, _anything_cheap_is_close_enough):
    path = write_table(tmp_path / "table.csv")
    setup = Setup("multi-class", "tabular", "label", None, FEATURES, preset="fast")
    cleanset = analyse_file(alice, path, setup)
    assert cleanset.status == Cleanset.Status.READY, cleanset.error_message
    model = deploy_model(user=alice, cleanset=cleanset, name="table", idempotency_key=uuid4().hex)
    run_all_jobs()
    return DeployedModel.objects.get(pk=model.pk)


def test_the_page_names_what_the_predictor_keeps(model, alice_client):
    assert model.status == DeployedModel.Status.TRAINED, model.error_message
    deployed = model.candidates.get(is_deployed=True)
    assert deployed.family == "ensemble"
    facts = deployed.metrics["serving"]
    predictor = Predictor.load(local_path(model.predictor_file))
    used = [member.family for member in predictor.for_serving().members]
    assert used == facts["families"] == [CHEAP]
    assert len(predictor.members) > 1
    assert facts["speed_up"] > 10
    assert facts["accuracy"]["low"] <= facts["accuracy"]["difference"] <= facts["accuracy"]["high"]
    page = alice_client.get(reverse("models_app:model_details", args=[model.pk])).content.decode()
    assert "a <strong>serving ensemble</strong> of Logistic Regression" in page
