"""Models over the API: deployed, watched, stopped, compared, downloaded, deleted."""

import pytest

from models_app.models import DeployedModel
from studio.models import Job

from ..factories import make_cleanset, store_facts
from ..inline_jobs import run_all_jobs
from ..models_app.trained import train_on_texts
from .conftest import error_of

pytestmark = pytest.mark.django_db


def test_a_model_is_deployed_and_watched(api, cleanset):
    made = api.post("/deployments", {"cleanset_id": str(cleanset.pk), "preset": "fast"})
    assert made.status_code == 201
    model = made.json()
    assert (model["name"], model["status"], model["preset"]) == ("words", "INITIALIZING", "fast")
    assert model["progress"]["headline"] == "(1/3) Initializing"
    assert api.get(f"/deployments/{model['id']}").json() == model
    assert error_of(api.get(f"/deployments/{model['id']}/metrics"), 409) == "NOT_TRAINED"
    assert error_of(api.get(f"/deployments/{model['id']}/bundle"), 409) == "NOT_TRAINED"
    listed = api.get(f"/deployments?project_id={cleanset.project_id}").json()
    assert [item["id"] for item in listed["items"]] == [model["id"]]


def test_a_trained_model_says_how_good_it_is(api, alice, tmp_path):
    path = f"/deployments/{train_on_texts(alice, tmp_path).hex_id}"
    details = api.get(path).json()
    assert (details["status"], details["progress"], details["error"]) == ("TRAINED", None, None)
    board = api.get(f"{path}/leaderboard").json()
    assert board["candidates"][0]["is_deployed"]
    assert {line["role"] for line in board["baselines"]} == {"baseline"}
    metrics = api.get(f"{path}/metrics").json()
    assert metrics["held_out_accuracy"] == board["candidates"][0]["held_out_accuracy"]
    assert metrics["evaluation"]["n_rows"] == details["n_rows"]
    bundle = api.get(f"{path}/bundle")
    assert bundle.headers["Content-Type"] == "application/zip"
    assert b"".join(bundle.streaming_content).startswith(b"PK")


def test_the_same_key_makes_one_model(api, cleanset):
    body, headers = {"cleanset_id": cleanset.pk.hex}, {"Idempotency-Key": "once"}
    made = [api.post("/deployments", body, headers=headers).json()["id"] for _ in range(2)]
    assert set(made) == {DeployedModel.objects.get().hex_id}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"decision": "threshold"}, "BAD_THRESHOLD"),
        ({"decision": "threshold", "decision_threshold": 1}, "INVALID_REQUEST"),
        ({"time_limit_minutes": 0}, "INVALID_REQUEST"),
        ({"time_limit_minutes": 1.5}, "INVALID_REQUEST"),
        ({"preset": "slow"}, "INVALID_REQUEST"),
        ({"name": " "}, "NAME_MISSING"),
    ],
)
def test_a_deployment_that_cannot_be_meant_makes_nothing(change, code, api, cleanset):
    body = {"cleanset_id": str(cleanset.pk)} | change
    assert error_of(api.post("/deployments", body), 422) == code
    assert not DeployedModel.objects.exists()


def test_what_has_no_classes_cannot_be_deployed(api, alice, tmp_path):
    body = {"cleanset_id": str(make_cleanset(alice, tmp_path, "regression").pk)}
    assert error_of(api.post("/deployments", body), 409) == "NOT_DEPLOYABLE"


def test_training_is_cancelled_or_stopped_once(api, cleanset):
    for action in ("stop-early", "cancel"):
        made = api.post("/deployments", {"cleanset_id": str(cleanset.pk)}).json()
        path = f"/deployments/{made['id']}"
        assert api.post(f"{path}/{action}").status_code == 200
        assert api.post(f"{path}/cancel").status_code in {200, 409}
        assert api.get(path).json()["status"] == "FAILED"
        assert api.get(path).json()["error"]["code"] == "CANCELLED"
        assert error_of(api.post(f"{path}/{action}"), 409) == "NOT_TRAINING"
    assert not Job.objects.filter(state__in=Job.PENDING).exists()


def test_a_model_is_trained_again_once_for_the_same_decisions(api, model):
    path = f"/deployments/{model.hex_id}"
    made = [api.post(f"{path}/retrain").json() for _ in range(2)]
    assert made[0]["retrained_from_id"] == model.hex_id
    assert made[0]["id"] == made[1]["id"]


def test_a_model_without_an_evaluation_has_its_scores_alone(api, model, tmp_path):
    metrics = api.get(f"/deployments/{model.hex_id}/metrics").json()
    assert (metrics["held_out_accuracy"], metrics["evaluation"]) == (0.8, None)
    store_facts(model, tmp_path, {"format": 99})
    assert api.get(f"/deployments/{model.hex_id}/metrics").json()["evaluation"] is None


def test_a_model_is_deleted(api, model):
    path = f"/deployments/{model.hex_id}"
    assert api.delete(path).status_code == 204
    assert error_of(api.get(path), 404) == "NOT_FOUND"
    run_all_jobs()
