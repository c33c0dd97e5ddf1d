"""Re-run to verify: what comes out when a model is trained once more from the stored facts."""

import csv

import numpy as np
import pytest
from django.urls import reverse

from automl import versions
from automl.families import lightgbm_trees
from automl.predictor import Predictor
from models_app.deploy import deploy_model
from models_app.models import CandidateModel, DeployedModel, Verification
from models_app.verification import start_verification, verification_seconds
from studio.files import local_path
from studio.models import CandidateRun, FeatureFile, Job
from studio.projects import Setup
from studio.trash import delete_row

from ..factories import make_cleanset, make_model
from ..inline_jobs import analyse_file, run_all_jobs

pytestmark = pytest.mark.django_db(transaction=True)

N_ROWS = 60
TABULAR = Setup("multi-class", "tabular", "label", None, ["size", "colour"], preset="fast")
TEXT = Setup("multi-class", "text", "label", "text", preset="fast")


@pytest.fixture(autouse=True)
def _small_families(monkeypatch):
    monkeypatch.setattr("automl.families.forests.N_TREES", 5)
    monkeypatch.setattr("automl.families.boosted_trees.MAX_ROUNDS", 20)


def write_rows(path):
    with path.open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["size", "colour", "text", "label", "tags"])
        for i in range(N_ROWS):
            label = ("large", "small")[(i * 7) % 10 > 4 if i % 9 else i % 2]
            text = f"a {label if i % 5 else 'plain'} thing number {i}"
            tags = label + (",blue" if i % 3 == 2 else "")
            writer.writerow([(i * 7) % 10 + i / 100, "rgb"[i % 3], text, label, tags])


@pytest.fixture
def train(alice, tmp_path):
    """From a file to a trained model, by the jobs of the product."""

    def train(setup):
        write_rows(tmp_path / "things.csv")
        cleanset = analyse_file(alice, tmp_path / "things.csv", setup)
        cleanset.decisions.create(row_id=3, action="exclude", decided_by=alice)
        model = deploy_model(user=alice, cleanset=cleanset, name="m", idempotency_key="k")
        run_all_jobs()
        trained = DeployedModel.objects.get(pk=model.pk)
        assert trained.status == "TRAINED", trained.error_message
        return trained

    return train


def verify(model):
    verification = start_verification(user=model.created_by, model=model)
    run_all_jobs()
    return Verification.objects.get(pk=verification.pk)


def details(client, model):
    return client.get(reverse("models_app:model_details", args=[model.pk])).content.decode()


def test_a_table_gives_the_same_file_again(train, alice_client):
    model = train(TABULAR)
    assert "Re-run to verify" in details(alice_client, model)
    done = verify(model)
    assert (done.status, done.result, done.error_message) == ("done", "identical", "")
    assert done.facts["n_rows"] == N_ROWS - 1
    assert done.facts["largest_difference"] == 0
    assert done.facts["n_changed_labels"] == 0
    then, now = done.facts["predictor_sha256"]
    assert then == now == model.predictor_file.sha256
    then, now = done.facts["predictions_sha256"]
    assert then == now
    page = details(alice_client, model)
    assert "byte for byte" in page
    assert "Verify again" in page


def test_texts_are_read_anew_and_give_the_same_file(train):
    model = train(TEXT)
    vectors = local_path(FeatureFile.objects.get().file)
    with vectors.open("wb") as overwritten:
        np.save(overwritten, np.zeros((N_ROWS, 384), dtype=np.float16))
    done = verify(model)
    assert (done.status, done.result, done.error_message) == ("done", "identical", "")


def test_a_table_with_texts_gives_the_same_file_again(train):
    mixed = Setup("multi-class", "tabular", "label", None, ["size", "text"], preset="fast")
    done = verify(train(mixed))
    assert (done.status, done.result, done.error_message) == ("done", "identical", "")


def test_a_trained_model_knows_what_it_was_trained_on(train):
    predictor = Predictor.load(local_path(train(TABULAR).predictor_file))
    profile = predictor.profile
    size, colour = profile.columns
    assert profile.n_rows == size.n_rows == N_ROWS - 1
    assert sorted(colour.values) == ["b", "g", "r"]
    assert sum(profile.labels.values()) == N_ROWS - 1
    assert sum(profile.predicted_labels.values()) == N_ROWS - 1
    assert len(predictor.novelty.vectors) == N_ROWS - 1


def test_a_model_of_sets_counts_rows_with_each_label_and_gives_the_same_file_again(train):
    model = train(Setup("multi-label", "tabular", "tags", None, ["size", "colour"], preset="fast"))
    profile = Predictor.load(local_path(model.predictor_file)).profile
    assert profile.has_sets
    assert profile.labels["blue"] == N_ROWS / 3
    assert set(profile.predicted_labels) <= {"large", "small", "blue"}
    assert verify(model).result == "identical"


def test_other_libraries_with_equal_predictions_are_equal_and_named(train, monkeypatch):
    model = train(TABULAR)
    then = versions._installed()
    monkeypatch.setattr("automl.versions._installed", lambda: then | {"scipy": "99.0"})
    done = verify(model)
    assert (done.status, done.result) == ("done", "equal")
    assert done.facts["versions"] == [["scipy", then["scipy"], "99.0"]]
    assert done.facts["largest_difference"] == 0


def test_another_way_of_learning_is_found_out(train, monkeypatch, alice_client):
    model = train(TABULAR)
    stored = local_path(model.predictor_file).read_bytes()
    monkeypatch.setitem(lightgbm_trees.FIXED, "learning_rate", 0.3)
    done = verify(model)
    assert done.result == "different"
    assert done.facts["largest_difference"] > 1e-3
    by_title = {c["title"]: c["difference"] for c in done.facts["candidates"]}
    assert by_title["LightGBM"] > 1e-3
    assert by_title["Extra Trees (deep)"] == by_title["Logistic Regression"] == 0
    assert "Versions that changed" in details(alice_client, model)
    assert local_path(model.predictor_file).read_bytes() == stored


def test_facts_that_are_not_those_that_were_stored_are_said_so(train, alice_client):
    model = train(TABULAR)
    labels = local_path(model.training_file)
    labels.write_bytes(labels.read_bytes()[:-1] + b"x")
    done = verify(model)
    assert (done.status, done.error_code) == ("failed", "MODEL_CORRUPT")
    assert "could not be finished" in details(alice_client, model)
    model.refresh_from_db()
    assert model.status == "TRAINED"


@pytest.fixture
def model(alice, tmp_path):
    return make_model(make_cleanset(alice, tmp_path), tmp_path)


def press(client, name, model):
    return client.post(reverse(f"models_app:{name}", args=[model.pk]), follow=True)


def test_pressing_twice_verifies_once_and_the_page_says_how_it_goes(model, alice_client):
    press(alice_client, "verification_create", model)
    page = press(alice_client, "verification_create", model).content.decode()
    job = Job.objects.get(kind="verification")
    assert "Waiting for a worker" in page
    Job.objects.update(state="running", step="2 of 3 · LightGBM: fold 1 of 5")
    fragment = alice_client.get(reverse("models_app:verification_status", args=[model.pk]))
    assert "2 of 3 · LightGBM" in fragment.content.decode()
    assert 'hx-trigger="every 2s"' in fragment.content.decode()
    assert job.queue == "training"


def test_it_can_be_cancelled_and_pressed_again(model, alice_client):
    press(alice_client, "verification_create", model)
    page = press(alice_client, "verification_cancel", model).content.decode()
    assert "The last verification was cancelled" in page
    assert "every 2s" not in page.split('id="verification"')[1]
    assert Job.objects.get(kind="verification").state == "cancelled"
    assert (
        "not being verified" in press(alice_client, "verification_cancel", model).content.decode()
    )
    press(alice_client, "verification_create", model)
    assert Verification.objects.count() == 2


def test_a_model_that_is_not_trained_has_nothing_to_verify(model, alice_client):
    DeployedModel.objects.update(status="FAILED")
    page = press(alice_client, "verification_create", model).content.decode()
    assert "Only a model that is trained" in page
    assert not Verification.objects.exists()


def test_deleting_the_model_stops_its_verification(model, alice_client):
    press(alice_client, "verification_create", model)
    delete_row(model)
    assert Job.objects.get(kind="verification").state == "cancelled"
    assert not Verification.objects.exists()


def test_the_button_says_how_long_what_was_measured_took(model, alice_client):
    run = CandidateRun.objects.create(
        workspace=model.workspace,
        project=model.cleanset.project,
        family="a",
        key="k",
        fit_seconds=100,
        predict_seconds=10,
    )
    CandidateModel.objects.filter(family="a").update(held_out_run=run, refit_seconds=20)
    assert verification_seconds(model) == pytest.approx(130 + 6 / 150)
    assert "About 2 min of one training worker" in details(alice_client, model)


def test_operators_start_it_from_their_list(model, operator, client):
    client.force_login(operator)
    list_page = reverse("admin:models_app_deployedmodel_changelist")
    client.post(list_page, {"action": "verify", "_selected_action": [str(model.pk)]})
    assert Verification.objects.get().deployed_model == model
    assert (
        "1 verification"
        in client.get(reverse("admin:models_app_verification_changelist")).content.decode()
    )
