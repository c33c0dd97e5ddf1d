"""Projects and their versions over the API."""

import pytest

from studio.decisions import decide_row
from studio.models import Project

from ..factories import make_dataset
from ..inline_jobs import run_all_jobs
from .conftest import error_of
from .test_datasets import csv_file

pytestmark = pytest.mark.django_db
WORDS = {"yes": ["good", "fine", "nice", "great"], "no": ["bad", "poor", "awful", "dull"]}


@pytest.fixture
def dataset_id(api):
    lines = [
        f"a {WORDS[label][i % 4]} thing number {i},{label}" for i in range(20) for label in WORDS
    ]
    text = "\n".join(["text,label", *lines]) + "\n"
    made = api.upload("/datasets", csv_file(text)).json()["id"]
    run_all_jobs()
    return made


def test_a_project_is_made_of_what_can_be_guessed(api, dataset_id):
    made = api.post("/projects", {"dataset_id": dataset_id, "preset": "fast"})
    assert made.status_code == 201
    project = made.json()
    assert (project["status"], project["version"]) == ("analyzing", 1)
    assert (project["modality"], project["problem_type"]) == ("text", "multi-class")
    assert (project["label_column"], project["feature_columns"]) == ("label", ["text"])
    assert project["progress"]["text"]
    run_all_jobs()
    ready = api.get(f"/projects/{project['id']}").json()
    assert (ready["status"], ready["progress"], ready["error"]) == ("ready", None, None)
    cleanset = api.get(f"/cleansets/{ready['cleanset_id']}").json()
    assert (cleanset["n_rows"], cleanset["classes"]) == (40, ["no", "yes"])
    rows = api.get(f"/cleansets/{cleanset['id']}/rows?limit=200").json()["items"]
    assert len(rows) == 40
    assert {row["facts"]["predicted_label"] for row in rows} <= {"no", "yes"}


def test_the_same_key_makes_one_project(api, dataset_id):
    headers = {"Idempotency-Key": "once"}
    made = [api.post("/projects", {"dataset_id": dataset_id}, headers=headers) for _ in range(2)]
    assert {answer.json()["id"] for answer in made} == {Project.objects.get().hex_id}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"label_column": "nowhere"}, "UNKNOWN_COLUMN"),
        ({"label_column": "text"}, "LABEL_IS_FEATURE"),
        ({"modality": "tabular", "feature_columns": []}, "NO_FEATURES"),
        ({"problem_type": "regression"}, "LABEL_NO_NUMBER"),
        ({"problem_type": "guess"}, "INVALID_REQUEST"),
        ({"name": ""}, "INVALID_REQUEST"),
        ({"name": None, "dataset_id": "x"}, "INVALID_REQUEST"),
    ],
)
def test_a_setup_that_cannot_work_is_refused(change, code, api, dataset_id):
    body = {"dataset_id": dataset_id, "modality": "text", "text_column": "text"}
    assert error_of(api.post("/projects", body | change), 422) == code
    assert not Project.objects.exists()


def test_a_dataset_that_is_not_read_yet_has_to_be_waited_for(api):
    made = api.upload("/datasets", csv_file()).json()
    assert error_of(api.post("/projects", {"dataset_id": made["id"]}), 409) == "NOT_READY"


def test_nobody_makes_a_project_of_what_is_not_theirs(stranger, alice, tmp_path):
    body = {"dataset_id": str(make_dataset(alice, tmp_path).pk)}
    assert error_of(stranger.post("/projects", body), 404) == "NOT_FOUND"


def test_projects_are_listed_and_deleted(api, cleanset):
    listed = api.get("/projects").json()
    assert [item["cleanset_id"] for item in listed["items"]] == [cleanset.pk.hex]
    path = f"/projects/{cleanset.project_id.hex}"
    assert api.delete(path).status_code == 204
    assert error_of(api.get(path), 404) == "NOT_FOUND"
    assert api.get("/projects").json()["total"] == 0


def test_a_new_version_starts_from_what_was_decided(api, cleanset, alice):
    path = f"/cleansets/{cleanset.pk.hex}/versions"
    assert error_of(api.post(path), 409) == "NOTHING_DECIDED"
    decide_row(cleanset=cleanset, row_id=2, action="label", label="yes", user=alice)
    made = api.post(path)
    assert made.status_code == 201
    assert (made.json()["version"], made.json()["previous_id"]) == (2, cleanset.pk.hex)
    assert error_of(api.post(path), 409) == "OLD_VERSION"
    versions = api.get(f"/projects/{cleanset.project_id.hex}/cleansets").json()
    assert [item["version"] for item in versions["items"]] == [2, 1]
    waiting = f"/cleansets/{made.json()['id']}/rows"
    assert error_of(api.get(waiting), 409) == "NOT_READY"
