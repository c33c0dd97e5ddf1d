"""Models that the client deploys, and what it is told of them."""

import pytest
from django.core.cache import cache

from models_app.models import DeployedModel
from studio.api_keys import create_key

from ..factories import make_cleanset, make_model

pytestmark = pytest.mark.django_db
URL = "/api/v1/deployment"


@pytest.fixture(autouse=True)
def _nobody_has_polled():
    cache.clear()


@pytest.fixture
def headers(alice):
    return {"authorization": f"bearer {create_key(user=alice, name='script', scope='write')[1]}"}


@pytest.fixture
def cleanset(alice, tmp_path):
    return make_cleanset(alice, tmp_path)


@pytest.fixture
def poll(client, headers, cleanset, tmp_path):
    model = make_model(cleanset, tmp_path)

    def poll(status, headers=headers):
        DeployedModel.objects.filter(pk=model.pk).update(status=status)
        answer = client.get(f"{URL}/{model.hex_id}", headers=headers)
        assert answer.status_code == 200
        return answer.json()

    return poll


@pytest.fixture
def deploy(client, headers):
    def deploy(**body):
        return client.post(URL, body, content_type="application/json", headers=headers)

    return deploy


def test_a_cleanset_is_deployed_with_the_preset_of_its_project(deploy, cleanset):
    answer = deploy(cleanset_id=cleanset.hex_id, deployment_name="of a script")
    model = DeployedModel.objects.get()
    assert (answer.status_code, answer.json()) == (200, {"id": model.hex_id})
    assert (model.name, model.preset) == ("of a script", cleanset.project.preset)


def test_what_a_model_says_of_itself(poll, cleanset):
    said = poll("TRAINED")
    assert said["status"] == "TRAINED"
    assert said["tasktype"] == "multi-class"
    assert said["cleanset_id"] == cleanset.hex_id
    assert said["dataset_id"] == cleanset.project.dataset.hex_id
    assert said["project_id"] == cleanset.project.hex_id


def test_a_failure_is_seen_after_training_however_early_it_came(poll):
    assert poll("INITIALIZING")["status"] == "INITIALIZING"
    assert poll("FAILED")["status"] == "FAILED"
    # A script that begins to wait only now.
    assert [poll("FAILED")["status"] for _ in range(4)] == ["TRAINING", "FAILED"] * 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"cleanset_id": 5, "deployment_name": "x"},
        {"cleanset_id": None, "deployment_name": "x"},
        {"cleanset_id": "OWN", "deployment_name": ["x"]},
        {"cleanset_id": "OWN", "deployment_name": " "},
        {"cleanset_id": "OWN", "deployment_name": "x" * 101},
        {"cleanset_id": "OWN", "deployment_name": "a\0b"},
        {"cleanset_id": "OWN", "deployment_name": "\ud800"},
    ],
)
def test_wrong_fields_are_refused_with_a_sentence(deploy, cleanset, body):
    if body.get("cleanset_id") == "OWN":
        body = body | {"cleanset_id": cleanset.hex_id}
    answer = deploy(**body)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
    assert not DeployedModel.objects.exists()


@pytest.mark.parametrize("body", ["", "[]", "nonsense", "5"])
def test_a_body_that_is_no_object_is_refused(client, headers, body):
    answer = client.post(URL, body, content_type="application/json", headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_ids_that_are_none_and_ids_of_others_look_the_same(deploy, client, headers, bob, tmp_path):
    other = make_cleanset(bob, tmp_path)
    for cleanset_id in ("nonsense", "0" * 32, other.hex_id):
        answer = deploy(cleanset_id=cleanset_id, deployment_name="x")
        assert answer.status_code == 404
        assert answer.json()["error"]
    model = make_model(other, tmp_path)
    assert client.get(f"{URL}/{model.hex_id}", headers=headers).status_code == 404


def test_a_cleanset_that_is_not_ready_is_not_deployed(deploy, cleanset):
    type(cleanset).objects.update(status="analyzing")
    answer = deploy(cleanset_id=cleanset.hex_id, deployment_name="x")
    assert (answer.status_code, answer.json()["error"]) == (
        400,
        "The project is not ready for review yet.",
    )


@pytest.mark.parametrize("path", ["/nonsense", "/nonsense/upload", "/predict/5"])
def test_an_id_that_is_none_is_told_in_a_form_that_the_client_shows(client, headers, path):
    answer = client.get(URL + path, headers=headers)
    assert answer.status_code == 404
    assert isinstance(answer.json()["error"], str)
