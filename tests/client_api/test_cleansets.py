"""What is told of cleansets; what the client makes of it is tested against a running product."""

import json
from datetime import timedelta
from io import StringIO

import pandas as pd
import pyarrow as pa
import pytest
from django.core.cache import cache
from django.utils import timezone

from client_api import cleanset_columns
from studio import cleanset_tables
from studio.decisions import decide_row
from studio.files import local_path
from studio.models import Cleanset, Job, Project

from ..factories import make_features, write_table

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _counts_from_zero():
    cache.clear()


def read_frame(ask, cleanset, **query):
    text = ask.get(f"cli/v0/cleansets/{cleanset.hex_id}/columns", **query)["cleanset_json"]
    return pd.read_json(StringIO(text), orient="table")


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
