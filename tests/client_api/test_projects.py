"""The addresses of projects and cleansets, one by one; what the client makes of them is tested
against a running product."""

from uuid import uuid4

import pytest
from django.core.cache import cache
from django.urls import get_resolver

from studio.models import Membership, Project, User

from ..factories import make_dataset
from .asking import Asking

pytestmark = pytest.mark.django_db

CLASSES = [["yes", 3], ["no", 2], ["", 1]]


@pytest.fixture(autouse=True)
def _counts_from_zero():
    cache.clear()


@pytest.fixture
def dataset(alice, tmp_path):
    made = make_dataset(alice, tmp_path)
    made.profiles = [
        {"label_type": "string", "label_set_counts": None, "value_counts": None} | profile
        for profile in made.profiles
    ]
    made.profiles[1] |= {"kind": "categorical", "value_counts": CLASSES}
    made.profiles = [{"looks_multi_label": False, "mean_chars": 4} | p for p in made.profiles]
    made.save()
    return made


def clean(ask, dataset, **changes):
    body = {
        "name": "words",
        "dataset_id": dataset.hex_id,
        "tasktype": "multi-class",
        "modality": "text",
        "model_type": "fast",
        "label_column": "label",
        "feature_columns": [],
        "text_column": "text",
    }
    return ask("POST", "projects/clean", body | changes)


def test_a_project_has_its_cleanset_at_once(ask, dataset):
    project_id = clean(ask, dataset).json()["project_id"]
    cleanset_id = ask.get(f"cleansets/project/{project_id}/latest_cleanset_id")["cleanset_id"]
    project = Project.objects.get(pk=project_id)
    assert (project.preset, project.label_column, project.problem_type) == (
        "fast",
        "label",
        "multi-class",
    )
    status = ask.get(f"cleansets/{cleanset_id}/status")
    assert (status["is_ready"], status["has_error"], status["step"]) == (False, False, 0)
    assert ask.get(f"cli/v0/cleansets/{cleanset_id}/project") == {"project_id": project_id}
    assert ask.get(f"cli/v0/projects/{project_id}/label_column") == {"label_column": "label"}
    assert ask.get(f"cli/v0/projects/{project_id}/dataset") == {"dataset_id": dataset.hex_id}


def test_what_is_not_said_is_guessed(ask, dataset):
    answer = clean(ask, dataset, label_column=None, text_column=None, model_type=None)
    project = Project.objects.get(pk=answer.json()["project_id"])
    assert (project.label_column, project.preset) == ("label", "regular")
    assert project.feature_schema[0]["name"] == "text"


def test_without_a_task_and_labels_a_project_is_unsupervised(ask, dataset):
    answer = clean(ask, dataset, label_column=None, tasktype=None)
    project = Project.objects.get(pk=answer.json()["project_id"])
    assert (project.problem_type, project.label_column) == ("unsupervised", "")
    refused = ask("GET", f"cli/v0/projects/{project.hex_id}/label_column")
    assert (refused.status_code, "no labels" in refused.json()["error"]) == (400, True)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"modality": "image"}, "no image projects"),
        ({"modality": "sound"}, "“sound” is no modality"),
        ({"modality": None}, "Say which modality"),
        ({"tasktype": "ranking"}, "“ranking” is no tasktype"),
        ({"model_type": "huge"}, "“huge” is no model_type"),
        ({"label_column": "nothing"}, "no column 'nothing'"),
        ({"text_column": "nothing"}, "no column 'nothing'"),
        ({"label_column": "text"}, "cannot be a feature"),
        ({"modality": "tabular", "feature_columns": ["label", "no"]}, "no column 'no'"),
        ({"tasktype": "multi-label"}, "are no lists"),
        ({"tasktype": "regression"}, "no numbers"),
        ({"name": ""}, "1 to 100 characters"),
        ({"name": "x" * 101}, "this one has 101"),
    ],
)
def test_what_cannot_be_a_project_is_said_in_the_form_that_the_client_knows(
    ask, dataset, changes, reason
):
    answer = clean(ask, dataset, **changes)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "UNSUPPORTED_PROJECT_CONFIGURATION"
    assert reason in error["description"]
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ({"label_type": "float", "value_counts": [["0.5", 3], ["1.5", 3]]}, "with decimals"),
        ({"label_type": "float", "value_counts": None}, "with decimals"),
        ({"value_counts": [["only", 6]]}, "only one class"),
        ({"value_counts": [["Suggested Label", 3], ["no", 3]]}, "may not be named"),
        ({"kind": "empty", "value_counts": []}, "is empty"),
    ],
)
def test_labels_must_fit_the_task(ask, dataset, label, reason):
    dataset.profiles[1] |= label
    dataset.save()
    answer = clean(ask, dataset)
    assert (answer.status_code, reason in answer.json()["error"]["description"]) == (422, True)


def test_too_few_rows_are_no_project(ask, dataset):
    dataset.n_rows = 0
    dataset.save()
    answer = clean(ask, dataset)
    assert (answer.status_code, "0 rows" in answer.json()["error"]["description"]) == (422, True)


def test_whole_numbers_that_pandas_wrote_with_a_point_are_classes(ask, dataset):
    dataset.profiles[1] |= {"label_type": "float", "value_counts": [["1.0", 3], ["2.0", 2]]}
    dataset.save()
    assert clean(ask, dataset).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"name": 5},
        {"feature_columns": "text"},
        {"feature_columns": [1]},
        {"label_column": ["label"]},
        {"name": "a\0b"},
    ],
)
def test_bodies_of_the_wrong_type_are_refused(ask, dataset, changes):
    answer = clean(ask, dataset, **changes)
    assert (answer.status_code, isinstance(answer.json()["error"], str)) == (400, True)


@pytest.mark.parametrize("text", ["[", "[]", "5", "[" * 100_000, '{"name": "\\ud800"}', '{"name"'])
def test_what_is_no_object_of_json_is_refused(ask, text):
    answer = ask.client.generic(
        "POST", "/api/projects/clean", text, content_type="application/json", headers=ask.headers
    )
    assert (answer.status_code, isinstance(answer.json()["error"], str)) == (400, True)


def test_numbers_that_were_uploaded_as_such_are_none(ask, dataset):
    dataset.profiles[1] |= {"label_type": "float", "value_counts": [["1.0", 3], ["2.0", 2]]}
    dataset.asked_types = {"label": "float"}
    dataset.save()
    assert clean(ask, dataset).status_code == 422


def test_a_dataset_that_is_not_read_is_no_dataset_yet(ask, dataset):
    dataset.status = "ingesting"
    dataset.save()
    answer = clean(ask, dataset)
    assert (answer.status_code, "not ready" in answer.json()["error"]) == (400, True)


def test_a_deleted_project_is_gone_with_its_cleansets(ask, cleanset):
    project_id = cleanset.project.hex_id
    assert ask("DELETE", f"projects/{project_id}").json() == {}
    for method, address in (
        ("DELETE", f"projects/{project_id}"),
        ("GET", f"cleansets/project/{project_id}/latest_cleanset_id"),
        ("GET", f"cleansets/{cleanset.hex_id}/status"),
    ):
        answer = ask(method, address)
        assert (answer.status_code, isinstance(answer.json()["error"], str)) == (404, True)


OF_ROWS = [
    pattern
    for resolver in get_resolver().url_patterns
    if getattr(resolver, "namespace", None) == "client_api"
    for pattern in resolver.url_patterns
    if {"project_id", "cleanset_id"} & set(pattern.pattern.converters)
]


@pytest.mark.parametrize("pattern", OF_ROWS, ids=lambda pattern: pattern.name)
def test_ids_of_others_look_like_missing_ones(client, bob, cleanset, pattern):
    ask = Asking(client, bob)
    method = "DELETE" if pattern.name == "project" else "GET"
    ids = {"project_id": cleanset.project.hex_id, "cleanset_id": cleanset.hex_id}
    answers = []
    for known in (ids, dict.fromkeys(ids, uuid4().hex)):
        address = str(pattern.pattern)
        for key, value in known.items():
            address = address.replace(f"<hex:{key}>", value)
        answers.append(ask(method, address))
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()
    assert Project.objects.filter(pk=cleanset.project_id).exists()


def test_a_dataset_of_others_makes_no_project(client, bob, dataset):
    assert clean(Asking(client, bob), dataset).status_code == 404


def test_a_viewer_may_look_and_not_delete(client, cleanset, alice):
    viewer = User.objects.create_user("viewer@example.org")
    Membership.objects.create(workspace=alice.workspaces.get(), user=viewer, role="viewer")
    ask = Asking(client, viewer)
    assert ask.get(f"cleansets/{cleanset.hex_id}/status")["is_ready"]
    assert ask("DELETE", f"projects/{cleanset.project.hex_id}").status_code == 403
