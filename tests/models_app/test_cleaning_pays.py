"""The whole job in one process on noisy labels: cleaning them must show in the figures."""

import csv
import json
import random
from uuid import uuid4

import pytest
from django.conf import settings

from automl.predictor import Predictor
from models_app.deploy import deploy_model
from models_app.leaderboard import candidates_in_order
from models_app.models import DeployedModel
from studio.clean_top import clean_top
from studio.files import local_path
from studio.models import Cleanset, OutboxMessage, User
from studio.projects import Setup
from studio.review_query import ReviewQuery

from ..inline_jobs import analyse_file, run_all_jobs

pytestmark = pytest.mark.django_db(transaction=True)

CLASSES = ("card_arrival", "exchange_rate", "top_up_failed", "lost_or_stolen_card")
NOISE = 0.2


def write_noisy_sample(path):
    """Rows of four intents; every fifth label or so is another one of the four."""
    chance = random.Random(3)
    with (settings.BASE_DIR / "samples/banking_questions.csv").open(newline="") as source:
        rows = [row for row in csv.DictReader(source) if row["label"] in CLASSES]
    flipped = 0
    with path.open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["text", "label"])
        for row in rows:
            label = row["label"]
            if chance.random() < NOISE:
                label = chance.choice([name for name in CLASSES if name != label])
                flipped += 1
            writer.writerow([row["text"], label])
    return len(rows), flipped


@pytest.fixture
def cleaned_model(tmp_path):
    user = User.objects.create_user("noise@example.org")
    path = tmp_path / "noisy.csv"
    n_rows, n_flipped = write_noisy_sample(path)
    setup = Setup("multi-class", "text", "label", "text", preset="fast")
    cleanset = analyse_file(user, path, setup)
    assert cleanset.status == Cleanset.Status.READY, cleanset.error_message
    assert cleanset.n_issues > 0.5 * n_flipped
    worst = ReviewQuery(preset="issues")
    clean_top(cleanset=cleanset, query=worst, k=cleanset.n_issues, action="auto-fix", user=user)
    model = deploy_model(user=user, cleanset=cleanset, name="clean", idempotency_key=uuid4().hex)
    run_all_jobs()
    model = DeployedModel.objects.get(pk=model.pk)
    assert model.status == DeployedModel.Status.TRAINED, model.error_message
    assert model.n_rows == n_rows
    return model


def test_held_out_accuracy_is_above_original_on_the_same_labels(cleaned_model):
    lines = candidates_in_order(cleaned_model)
    deployed = lines[0]
    assert deployed.is_deployed
    assert deployed.held_out_accuracy > deployed.original_accuracy
    assert cleaned_model.gain["difference"] > 0
    # The naive figure blames the model for the wrong labels: further below than is honest.
    assert deployed.naive_original_accuracy < deployed.original_accuracy
    receipt = deployed.metrics["receipt"]
    assert receipt["trained_on_original"] == {
        "scored_on_original": deployed.naive_original_accuracy,
        "scored_on_cleanset": deployed.original_accuracy,
    }
    cleaned = receipt["trained_on_cleanset"]
    assert cleaned["scored_on_cleanset"] == deployed.held_out_accuracy
    assert cleaned["scored_on_original"] < deployed.held_out_accuracy
    rest = [line.held_out_accuracy for line in lines[1:]]
    assert rest == sorted(rest, reverse=True)
    assert {line.title for line in lines} >= {"Ensemble Predictor", "Naive Bayes (words)"}
    assert all(line.training_seconds > 0 and line.inference_seconds > 0 for line in lines)


def test_the_evaluation_rests_on_the_same_held_out_rows(cleaned_model):
    facts = json.loads(local_path(cleaned_model.evaluation_file).read_text())
    deployed = candidates_in_order(cleaned_model)[0]
    assert facts["n_rows"] == cleaned_model.n_rows
    assert facts["accuracy"] == pytest.approx(deployed.held_out_accuracy, abs=1e-6)
    assert facts["macro_f1"] == pytest.approx(deployed.metrics["held_out"]["macro_f1"], abs=1e-6)
    described = facts["importance"]["classes"]
    words = {line["name"]: [term["term"] for term in line["terms"]] for line in described}
    assert "exchange" in words["exchange_rate"]
    assert "lost" in words["lost_or_stolen_card"]


def test_the_shipped_predictor_loads_and_one_mail_says_so(cleaned_model):
    predictor = Predictor.load(local_path(cleaned_model.predictor_file))
    assert predictor.classes == sorted(CLASSES)
    subjects = OutboxMessage.objects.filter(subject__startswith="Model clean is ready")
    assert subjects.count() == 1
    assert OutboxMessage.objects.count() == 2
