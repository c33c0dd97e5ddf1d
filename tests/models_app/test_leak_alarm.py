"""A table with a column that is filled in after the label, through the whole job."""

import csv
import random
from uuid import uuid4

import pytest
from django.urls import reverse

from models_app.deploy import deploy_model
from models_app.models import DeployedModel
from studio.models import User
from studio.projects import Setup

from ..inline_jobs import analyse_file, run_all_jobs

pytestmark = pytest.mark.django_db(transaction=True)

LEAK = "refund <b>code</b>"


@pytest.fixture
def train(tmp_path, monkeypatch):
    """Deploys a model of 150 rows whose second column follows the label as often as told."""
    monkeypatch.setattr("automl.families.forests.N_TREES", 10)

    def train(follows):
        chance = random.Random(5)
        path = tmp_path / "orders.csv"
        with path.open("w", newline="") as target:
            writer = csv.writer(target)
            writer.writerow(["amount", LEAK, "day", "label"])
            for _ in range(150):
                label = chance.choice(["kept", "returned"])
                seen = label if chance.random() < follows else chance.choice(["kept", "returned"])
                code = {"kept": "none", "returned": "sent"}[seen]
                amount = chance.gauss(20 if label == "kept" else 26, 6)
                writer.writerow([f"{amount:.2f}", code, chance.randint(1, 28), label])
        user = User.objects.create_user("leak@example.org")
        features = ["amount", LEAK, "day"]
        setup = Setup("multi-class", "tabular", "label", None, features, preset="fast")
        model = deploy_model(
            user=user,
            cleanset=analyse_file(user, path, setup),
            name="orders",
            idempotency_key=uuid4().hex,
            decision="threshold",
            decision_threshold=0.2,
        )
        run_all_jobs()
        trained = DeployedModel.objects.get(pk=model.pk)
        assert trained.status == DeployedModel.Status.TRAINED, trained.error_message
        return trained

    return train


def test_a_column_that_gives_the_label_away_is_named_on_the_page(train, client):
    model = train(follows=1.0)
    warning = next(w for w in model.warnings if w["code"] == "LEAKING_COLUMN")
    assert LEAK in warning["message"]
    client.force_login(User.objects.get())
    page = client.get(reverse("models_app:model_details", args=[model.pk])).content.decode()
    assert "refund &lt;b&gt;code&lt;/b&gt;" in page
    assert "100.0% of the held-out rows" in page


def test_a_column_that_only_helps_raises_no_alarm_and_a_low_threshold_finds_more(train):
    model = train(follows=0.6)
    assert "LEAKING_COLUMN" not in [w["code"] for w in model.warnings]
    deployed = model.candidates.get(is_deployed=True).metrics["held_out"]
    assert model.rule == {"offsets": [0.0, 1.386294]}
    assert deployed["n_rows"] == 150
