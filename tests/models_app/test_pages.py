"""Deploying, re-training and the pages of a model."""

from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from models_app.deploy import is_outdated, retrain_model
from models_app.models import DeployedModel
from studio import reconciler
from studio.decisions import decide_row
from studio.models import Cleanset, Job, StoredFile

from ..factories import make_cleanset, make_model, make_result

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleanset(alice, tmp_path):
    return make_cleanset(alice, tmp_path)


@pytest.fixture
def model(cleanset, tmp_path):
    return make_model(cleanset, tmp_path)


def test_two_presses_of_deploy_make_one_model(cleanset, alice_client):
    url = reverse("models_app:model_create", args=[cleanset.pk])
    form = {"name": "mine", "idempotency_key": uuid4().hex}
    for _ in range(2):
        assert alice_client.post(url, form).status_code == 302
    assert DeployedModel.objects.count() == 1
    assert Job.objects.filter(kind="deployment").count() == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_name_that_does_not_fit_is_refused(cleanset, alice_client, name):
    url = reverse("models_app:model_create", args=[cleanset.pk])
    answer = alice_client.post(url, {"name": name, "idempotency_key": "k"})
    assert answer.status_code == 422
    assert not DeployedModel.objects.exists()


@pytest.mark.parametrize("has_extra", [True, False])
def test_who_chooses_best_is_told_where_the_transformer_is_missing(
    cleanset, alice_client, has_extra, monkeypatch
):
    monkeypatch.setattr("studio.forms.has_transformer_extra", lambda: has_extra)
    page = alice_client.get(reverse("models_app:model_create", args=[cleanset.pk]))
    assert "a fine-tuned transformer" in page.content.decode()
    assert ("make transformer" in page.content.decode()) is not has_extra


def test_a_project_that_is_not_ready_is_not_deployed(cleanset, alice_client):
    Cleanset.objects.update(status="analyzing")
    url = reverse("models_app:model_create", args=[cleanset.pk])
    answer = alice_client.post(url, {"name": "early", "idempotency_key": "k"})
    assert answer.status_code == 422
    assert "not ready" in answer.content.decode()


def test_a_changed_cleanset_offers_retraining_once_a_revision(model, alice, alice_client):
    page = reverse("inference:result_list", args=[model.pk])
    assert "The cleanset has changed" not in alice_client.get(page).content.decode()
    decide_row(cleanset=model.cleanset, row_id=1, action="exclude", user=alice)
    model = DeployedModel.objects.get()
    assert is_outdated(model)
    assert "The cleanset has changed" in alice_client.get(page).content.decode()
    first = retrain_model(user=alice, model=model)
    assert retrain_model(user=alice, model=model) == first
    assert first.retrained_from == model


def test_the_wheel_turns_into_view_model_and_stops_polling(model, alice_client):
    url = reverse("models_app:model_status", args=[model.pk])
    DeployedModel.objects.update(status="TRAINING")
    turning = alice_client.get(url).content.decode()
    assert "hx-trigger" in turning
    assert "(1/3) Initializing" in turning
    DeployedModel.objects.update(status="TRAINED")
    done = alice_client.get(url).content.decode()
    assert "View model" in done
    assert "hx-trigger" not in done
    DeployedModel.objects.update(status="FAILED", error_message="Too few rows.")
    assert "Failed" in alice_client.get(url).content.decode()
    page = alice_client.get(reverse("inference:result_list", args=[model.pk]))
    assert "Too few rows." in page.content.decode()


def test_details_show_the_documented_columns_with_the_deployed_one_first(model, alice_client):
    page = alice_client.get(reverse("models_app:model_details", args=[model.pk])).content.decode()
    heads = ["Model", "Held-out Accuracy", "Original Accuracy", "Inference Time", "Training Time"]
    places = [page.index(f">{head}</th>") for head in heads]
    assert places == sorted(places)
    assert page.index("Ensemble Predictor</span>") < page.index("Plain</span>")
    assert "80.0%" in page
    assert "1 min 15 s" in page


def test_predictions_can_be_exported_under_their_name(model, alice_client, tmp_path):
    result = make_result(model, tmp_path, file_name='odd "name"\r\n.csv')
    answer = alice_client.get(reverse("inference:result_export", args=[result.pk]), follow=True)
    assert b"".join(answer.streaming_content).startswith(b"no,yes,Suggested Label")
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert "_pred_probs.csv" in disposition
    assert "\n" not in disposition
    assert answer.headers["Content-Security-Policy"] == "sandbox"


def test_predictions_whose_file_is_lost_say_so_instead_of_failing(model, alice_client, tmp_path):
    result = make_result(model, tmp_path)
    default_storage.delete(result.result_file.key)
    export = reverse("inference:result_export", args=[result.pk])
    page = alice_client.get(export, follow=True)
    assert "missing from the server" in page.content.decode()


def test_what_is_deleted_is_gone_at_once_and_its_files_soon(model, alice_client, tmp_path):
    result = make_result(model, tmp_path)
    key = result.result_file.key
    alice_client.post(reverse("inference:result_delete", args=[result.pk]))
    export = reverse("inference:result_export", args=[result.pk])
    assert alice_client.get(export).status_code == 404
    reconciler.reconcile()
    reconciler.reconcile()
    assert not StoredFile.objects.filter(key=key).exists()


def test_deleting_a_dataset_takes_everything_below_it(model, alice_client, tmp_path, settings):
    make_result(model, tmp_path)
    dataset = model.cleanset.project.dataset
    alice_client.post(reverse("studio:dataset_delete", args=[dataset.pk]))
    assert alice_client.get(reverse("inference:result_list", args=[model.pk])).status_code == 404
    for _ in range(3):
        reconciler.reconcile()
    assert not StoredFile.objects.exists()
    assert not DeployedModel.all_objects.exists()
    assert timezone.now() > dataset.created_at


RECEIPT = {
    "trained_on_original": {"scored_on_original": 0.61, "scored_on_cleanset": 0.72},
    "trained_on_cleanset": {"scored_on_original": 0.63, "scored_on_cleanset": 0.84},
}


def read_details(model, client):
    return client.get(reverse("models_app:model_details", args=[model.pk])).content.decode()


@pytest.mark.parametrize(("low", "is_chance"), [(0.02, False), (-0.01, True)])
def test_details_show_what_cleaning_changed_and_when_it_may_be_chance(
    model, alice_client, low, is_chance
):
    deployed = model.candidates.get(is_deployed=True)
    gain = {"difference": 0.12, "low": low, "high": 0.2}
    deployed.metrics |= {"receipt": RECEIPT, "gain": gain}
    deployed.save()
    assert "What cleaning changed" not in read_details(model, alice_client)
    DeployedModel.objects.update(n_corrected=3)
    page = read_details(model, alice_client)
    assert all(share in page for share in ("61.0%", "72.0%", "63.0%", "84.0%"))
    assert ("That may be chance" in page) == is_chance


def test_details_say_what_suggested_labels_are_made_by(model, alice_client):
    assert "Suggested label" not in read_details(model, alice_client)
    DeployedModel.objects.update(decision="balanced")
    assert "Every class counts alike" in read_details(model, alice_client)
    DeployedModel.objects.update(decision="threshold", decision_threshold=0.25)
    assert "“yes” from a probability of 0.25" in read_details(model, alice_client)


def test_details_list_the_thresholds_of_labels(alice, alice_client, tmp_path):
    model = make_model(make_cleanset(alice, tmp_path, "multi-label"), tmp_path)
    rule = {"threshold": 0.3, "thresholds": [0.2, 0.4], "top_one_if_none": False}
    DeployedModel.objects.update(rule=rule)
    assert "no 0.20, yes 0.40" in read_details(model, alice_client)
