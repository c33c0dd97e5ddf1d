"""Predictions over the API: of files by jobs, and of a few rows at once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from inference.models import InferenceResult

from ..factories import make_result
from ..inline_jobs import run_all_jobs
from .conftest import error_of

pytestmark = pytest.mark.django_db
LINES = "size,colour\n1,red\n-1,blue\n"


def sizes(text=LINES):
    return SimpleUploadedFile("sizes.csv", text.encode())


@pytest.fixture
def path(small_model):
    return f"/deployments/{small_model.hex_id}"


def read_lines(answer):
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content).decode().splitlines()


def test_a_file_is_predicted_and_its_results_are_read_in_each_form(api, path):
    made = api.upload(f"{path}/predictions", sizes())
    assert made.status_code == 201
    where = f"/predictions/{made.json()['id']}"
    assert made.json()["status"] == "checking"
    assert error_of(api.get(f"{where}/results"), 409) == "NOT_READY"
    run_all_jobs()
    ready = api.get(where).json()
    assert (ready["status"], ready["n_rows"], ready["progress"]) == ("ready", 2, None)
    assert ready["first_line"] == 2
    assert [(c["name"], c["column"], c["how"]) for c in ready["columns"]] == [
        ("size", "size", "found"),
        ("colour", "colour", "found"),
    ]
    plain = read_lines(api.get(f"{where}/results"))
    assert plain[0] == "large,small,Suggested Label"
    assert len(plain) == 3
    whole = read_lines(api.get(f"{where}/results?kind=with-columns&format=jsonl"))
    assert whole[0].startswith('{"size": "1", "colour": "red"')
    for form in ("spreadsheet", "xlsx", "parquet"):
        assert api.get(f"{where}/results?format={form}").status_code == 200
    assert error_of(api.get(f"{where}/results?format=pdf"), 422) == "INVALID_REQUEST"


def test_the_same_key_predicts_once(api, path):
    headers = {"HTTP_IDEMPOTENCY_KEY": "once", "HTTP_AUTHORIZATION": f"Bearer {api.key}"}
    url = f"/api/v1{path}/predictions"
    made = [api.client.post(url, {"file": sizes()}, **headers).json()["id"] for _ in range(2)]
    assert set(made) == {InferenceResult.objects.get().hex_id}


def test_a_file_with_other_columns_is_refused_or_asked_about(api, path):
    other = "Size of it,colour\n1,red\n"
    assert error_of(api.upload(f"{path}/predictions", sizes(other)), 422) == "MISSING_COLUMNS"
    made = api.upload(f"{path}/predictions", sizes(other), asks_first="true").json()
    where = f"/predictions/{made['id']}"
    assert error_of(api.post(f"{where}/start", {}), 409) == "NOT_WAITING"
    run_all_jobs()
    checked = api.get(where).json()
    assert checked["status"] == "checked"
    assert checked["columns"][0] == {
        "name": "size",
        "kind": "numeric",
        "column": None,
        "how": "missing",
    }
    for columns in ({"size": "nowhere"}, {"nothing": "colour"}):
        refused = api.post(f"{where}/start", {"columns": columns})
        assert error_of(refused, 422) == "UNKNOWN_COLUMN"
    started = api.post(f"{where}/start", {"columns": {"size": "Size of it"}})
    assert started.json()["status"] == "queued"
    run_all_jobs()
    assert api.get(where).json()["columns"][0]["column"] == "Size of it"
    assert len(read_lines(api.get(f"{where}/results"))) == 2


def test_files_are_listed_cancelled_and_deleted(api, path):
    made = api.upload(f"{path}/predictions", sizes()).json()
    where = f"/predictions/{made['id']}"
    listed = api.get(f"/predictions?deployment_id={made['deployment_id']}").json()
    assert [item["id"] for item in listed["items"]] == [made["id"]]
    assert api.get(f"/predictions?deployment_id={made['id']}").json()["total"] == 0
    assert api.post(f"{where}/cancel").json()["status"] == "failed"
    assert error_of(api.post(f"{where}/cancel"), 409) == "NOT_PENDING"
    assert api.delete(where).status_code == 204
    assert error_of(api.get(where), 404) == "NOT_FOUND"


def test_results_whose_file_is_lost_say_so(api, model, tmp_path):
    result = make_result(model, tmp_path)
    result.result_file.key = "results/lost"
    result.result_file.save()
    answer = api.get(f"/predictions/{result.hex_id}/results")
    assert error_of(answer, 409) == "FILE_MISSING"


@pytest.mark.django_db(transaction=True)
def test_rows_are_predicted_at_once_also_with_a_key_that_may_only_read(
    serving,
    reader,
    path,
):
    rows = [{"size": 1, "colour": "red"}, {"size": "-1", "colour": None, "more": 1}]
    answer = reader.post(f"{path}/predict", {"rows": rows})
    assert answer.status_code == 200, answer.content
    first, second = answer.json()["predictions"]
    for found in (first, second):
        assert found["label"] == max(found["probabilities"], key=found["probabilities"].get)
    assert (first["warnings"], len(second["warnings"])) == ([], 0)
    assert answer.json()["ignored_columns"] == ["more"]
    assert error_of(reader.post(f"{path}/predict", {"rows": []}), 422) == "NO_ROWS"
    assert error_of(reader.post(f"{path}/predict", {"rows": [{"size": 1}]}), 422)
    assert error_of(reader.post(f"{path}/predict", {"rows": [{}] * 1001}), 413) == "TOO_MANY_ROWS"
    options = {"data": b"x", "content_type": "text/plain"}
    assert error_of(reader.post(f"{path}/predict", **options), 415) == "WRONG_CONTENT_TYPE"


def test_where_nobody_serves_models_one_may_try_again(no_serving, api, path):
    answer = api.post(f"{path}/predict", {"rows": [{"size": 1, "colour": "red"}]})
    assert error_of(answer, 503) == "UNAVAILABLE"
    assert answer.headers["Retry-After"] == "3"
