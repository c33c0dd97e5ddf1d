"""The addresses of projects and cleansets, one by one; what the client makes of them is tested
against a running product."""

import json
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pandas as pd
import pyarrow as pa
import pytest
from django.core.cache import cache
from django.urls import get_resolver
from django.utils import timezone

from client_api import cleanset_columns
from studio import cleanset_tables
from studio.decisions import decide_row
from studio.files import local_path
from studio.models import Cleanset, Job, Membership, Project, User

from ..factories import make_cleanset, make_dataset, make_features, store, write_table
from .asking import Asking

pytestmark = pytest.mark.django_db

CLASSES = [["yes", 3], ["no", 2], ["", 1]]


@pytest.fixture(autouse=True)
def _counts_from_zero():
    cache.clear()


@pytest.fixture
def cleanset(alice, tmp_path):
    made = make_cleanset(alice, tmp_path)
    columns = {"row_id": list(range(6)), "p0": [0.25] * 6, "p1": [0.75] * 6}
    made.pred_probs_file = store(made.workspace, "cleansets", write_table(tmp_path, columns))
    made.save()
    return made


@pytest.fixture
def ask(client, alice):
    return Asking(client, alice)


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


def read_frame(ask, cleanset, **query):
    text = ask.get(f"cli/v0/cleansets/{cleanset.hex_id}/columns", **query)["cleanset_json"]
    return pd.read_json(StringIO(text), orient="table")


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


def test_an_analysis_is_followed_step_by_step(ask, cleanset):
    Cleanset.objects.update(status="analyzing")
    url = f"cleansets/{cleanset.hex_id}/status"
    job = make_job(cleanset)
    seen = []
    for fields in (
        {"state": "queued"},
        {"state": "running", "step": "Preparing data"},
        {"state": "waiting"},
        {"state": "queued", "stage": 1, "step": ""},
        {"state": "running", "stage": 1, "step": "Finding issues"},
    ):
        Job.objects.filter(pk=job.pk).update(**fields)
        status = ask.get(url)
        seen.append((status["step"], status["step_description"]))
        assert (status["is_ready"], status["has_error"], status["total_steps"]) == (False, False, 5)
    Cleanset.objects.update(status="ready")
    status = ask.get(url)
    assert [step for step, _ in seen] == [0, 1, 2, 4, 4]
    assert (status["is_ready"], status["step"], status["total_steps"]) == (True, 5, 5)
    assert status["step_description"] == "Ready for review!"


def test_a_failed_analysis_says_why(ask, cleanset):
    Cleanset.objects.update(status="failed", error_code="WORKER_LOST", error_message="It stopped.")
    status = ask.get(f"cleansets/{cleanset.hex_id}/status")
    assert (status["has_error"], status["is_ready"]) == (True, False)
    assert (status["error_type"], status["error_message"]) == ("WORKER_LOST", "It stopped.")


def test_no_poll_outlasts_the_deadline_of_the_work(ask, cleanset):
    Cleanset.objects.update(status="analyzing")
    job = make_job(cleanset)
    Job.objects.filter(pk=job.pk).update(deadline_at=timezone.now() - timedelta(hours=1))
    status = ask.get(f"cleansets/{cleanset.hex_id}/status")
    assert (status["has_error"], status["error_type"]) == (True, "TIMEOUT")


def make_job(cleanset):
    return Job.objects.create(
        workspace=cleanset.workspace,
        kind="analysis",
        subject_id=cleanset.pk,
        queue="training",
        deadline_at=timezone.now() + timedelta(hours=1),
    )


def test_columns_are_those_that_were_found(ask, cleanset):
    frame = read_frame(ask, cleanset)
    assert list(frame.columns) == [
        "id",
        "corrected_label",
        "is_label_issue",
        "label_issue_score",
        "suggested_label",
        "suggested_label_confidence_score",
        "is_initially_unlabeled",
    ]
    assert frame["id"].tolist() == [0, 1, 2, 3, 4, 5]
    assert frame["suggested_label"].isna().tolist() == [True, True, False, True, True, False]
    assert (str(frame["suggested_label"].dtype), str(frame["is_label_issue"].dtype)) == (
        "string",
        "bool",
    )


def test_decisions_are_told_with_the_details_of_the_project(ask, cleanset, alice, monkeypatch):
    for row_id, action, label in (
        (2, "auto-fix", "yes"),
        (0, "keep", None),
        (1, "exclude", None),
        (4, "label", "maybe"),
    ):
        decide_row(cleanset=cleanset, row_id=row_id, action=action, label=label, user=alice)
    query = {"include_cleanlab_columns": "False", "include_project_details": "True"}
    frame = read_frame(ask, cleanset, **query)
    assert [None if pd.isna(a) else a for a in frame["action"]] == [
        "keep",
        "exclude",
        "auto-fix",
        None,
        "label",
        "unresolved",
    ]
    assert [None if pd.isna(a) else a for a in frame["corrected_label"]] == [
        "yes",
        None,
        "yes",
        None,
        "maybe",
        None,
    ]
    assert frame["top_labels"].tolist()[0] == ["yes", "no"]
    assert frame["p_predicted_label"].tolist() == [0.9] * 6
    monkeypatch.setattr(cleanset_tables, "PART_ROWS", 4)
    monkeypatch.setattr(cleanset_columns, "PART_ROWS", 2)
    pd.testing.assert_frame_equal(read_frame(ask, cleanset, **query), frame)


def test_without_columns_there_is_the_corrected_label(ask, cleanset):
    frame = read_frame(ask, cleanset, include_cleanlab_columns="False")
    assert list(frame.columns) == ["id", "corrected_label"]


def test_spark_gets_records(ask, cleanset):
    answer = ask.get(f"cli/v0/cleansets/{cleanset.hex_id}/columns", to_spark="True")
    rows = json.loads(answer["cleanset_json"])
    assert [row["id"] for row in rows] == list(range(6))
    assert rows[2]["suggested_label"] == "yes"


def test_a_flag_is_true_or_false(ask, cleanset):
    answer = ask("GET", f"cli/v0/cleansets/{cleanset.hex_id}/columns", to_spark="perhaps")
    assert (answer.status_code, "to_spark" in answer.json()["error"]) == (400, True)


@pytest.mark.parametrize(
    ("classes", "type_", "values"),
    [
        (["0", "1"], "Int64", [1, 0]),
        (["0.0", "1.0"], "float64", [1.0, 0.0]),
        (["false", "true"], "boolean", [True, False]),
        (["007", "8"], "string", ["8", "007"]),
        (["NA", "True"], "string", ["True", "NA"]),
        (["1", str(2**63)], "string", [str(2**63), "1"]),
        (['say "hi"', "ünï\\ n"], "string", ["ünï\\ n", 'say "hi"']),
        (["inf", "nan"], "string", ["nan", "inf"]),
    ],
)
def test_labels_have_the_type_of_the_users_own(
    ask, cleanset, alice, tmp_path, classes, type_, values
):
    no, yes = classes
    names = {"no": no, "yes": yes, None: None}
    change_issues(
        cleanset,
        tmp_path,
        given_label=lambda label: names[label],
        suggested_label=lambda label: names[label],
    )
    Cleanset.objects.update(classes=classes)
    decide_row(cleanset=cleanset, row_id=2, action="label", label=yes, user=alice)
    frame = read_frame(ask, cleanset, include_project_details="True")
    assert str(frame["corrected_label"].dtype) == str(frame["given_label"].dtype) == type_
    assert frame["corrected_label"].dropna().tolist() == values[:1]
    assert frame["given_label"].tolist()[:2] == values
    assert frame["given_label"].isna().tolist() == [False] * 5 + [True]


def test_digits_that_were_uploaded_as_texts_stay_texts(ask, cleanset, alice):
    Cleanset.objects.update(classes=["0", "1"])
    dataset = cleanset.project.dataset
    dataset.profiles[1]["label_type"] = "string"
    dataset.save()
    decide_row(cleanset=cleanset, row_id=2, action="label", label="1", user=alice)
    assert read_frame(ask, cleanset)["corrected_label"].dropna().tolist() == ["1"]


def test_a_new_class_that_is_no_number_makes_texts_of_all(ask, cleanset, alice):
    Cleanset.objects.update(classes=["0", "1"])
    decide_row(cleanset=cleanset, row_id=2, action="label", label="new", user=alice)
    frame = read_frame(ask, cleanset)
    assert str(frame["corrected_label"].dtype) == "string"


def change_issues(cleanset, folder, **changes):
    path = local_path(cleanset.issues_file)
    columns = pa.parquet.read_table(path).to_pydict()
    for name, change in changes.items():
        columns[name] = pa.array([change(cell) for cell in columns[name]], pa.string())
    path.write_bytes(write_table(folder, columns).read_bytes())


def test_ids_of_the_dataset_itself_are_used(ask, cleanset, tmp_path):
    ids = ["11", "12", "13", "14", "15", "16"]
    add_id_column(cleanset, tmp_path, ids)
    url = f"cli/v0/cleansets/{cleanset.hex_id}"
    assert ask.get(f"{url}/id_column") == {"id_column": "cleanlab_row_ID"}
    assert read_frame(ask, cleanset)["id"].tolist() == [11, 12, 13, 14, 15, 16]
    rows = json.loads(ask.get(f"{url}/pred_probs")["pred_probs"])
    assert rows[0] == {"cleanlab_row_ID": 11, "no": 0.25, "yes": 0.75}


@pytest.mark.parametrize("ids", [["1"] * 6, ["1", "2", "3", "4", "5", "99999999999999999999"]])
def test_ids_that_tell_nothing_apart_are_not(ask, cleanset, tmp_path, ids):
    add_id_column(cleanset, tmp_path, ids)
    answer = ask.get(f"cli/v0/cleansets/{cleanset.hex_id}/id_column")
    assert answer == {"id_column": "cleanlab_row_ID_2"}
    assert read_frame(ask, cleanset)["id"].tolist() == [0, 1, 2, 3, 4, 5]


def add_id_column(cleanset, folder, ids):
    dataset = cleanset.project.dataset
    path = local_path(dataset.table_file)
    columns = pa.parquet.read_table(path).to_pydict() | {"c2": ids}
    path.write_bytes(write_table(folder, columns).read_bytes())
    own = {"name": "cleanlab_row_ID", "position": 2, "label_type": "integer", "n_missing": 0}
    dataset.profiles.append(dataset.profiles[0] | own)
    dataset.save()


def test_probabilities_are_records_with_the_id(ask, cleanset):
    answer = ask.get(f"cli/v0/cleansets/{cleanset.hex_id}/pred_probs")
    assert (answer["success"], answer["array_type"]) == (True, "pandas")
    frame = pd.read_json(StringIO(answer["pred_probs"]), orient="records")
    assert list(frame.columns) == ["cleanlab_row_ID", "no", "yes"]
    assert frame["yes"].tolist() == [0.75] * 6


def test_embeddings_are_a_list_a_row(ask, cleanset, tmp_path):
    url = f"cli/v0/cleansets/{cleanset.hex_id}/embeddings"
    missing = ask("GET", url)
    assert (missing.status_code, "no embeddings" in missing.json()["error"]) == (400, True)
    vectors = make_features(cleanset.project, tmp_path)
    answer = ask.get(url)
    assert (answer["array_type"], answer["embeddings"]) == ("numpy", vectors.tolist())


def test_tables_have_no_embeddings_and_numbers_no_probabilities(ask, cleanset):
    Project.objects.update(modality="tabular")
    Cleanset.objects.update(pred_probs_file=None)
    for what, reason in (("embeddings", "text projects only"), ("pred_probs", "with classes")):
        answer = ask("GET", f"cli/v0/cleansets/{cleanset.hex_id}/{what}")
        assert (answer.status_code, reason in answer.json()["error"]) == (400, True)


def test_files_that_are_missing_are_said_to_be(ask, cleanset):
    for stored in (cleanset.issues_file, cleanset.pred_probs_file):
        local_path(stored).unlink()
    for what in ("columns", "pred_probs"):
        answer = ask("GET", f"cli/v0/cleansets/{cleanset.hex_id}/{what}")
        assert (answer.status_code, "are missing" in answer.json()["error"]) == (404, True)


def test_a_cleanset_that_is_not_ready_has_no_columns(ask, cleanset):
    Cleanset.objects.update(status="analyzing")
    for what in ("columns", "pred_probs", "embeddings"):
        answer = ask("GET", f"cli/v0/cleansets/{cleanset.hex_id}/{what}")
        assert (answer.status_code, "not ready" in answer.json()["error"]) == (404, True)


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
