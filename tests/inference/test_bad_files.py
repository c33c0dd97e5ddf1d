"""The corpus of hostile and odd files brought to a model: by the form, and as rows of JSON."""

import csv
import json
from uuid import uuid4

import numpy as np
import pytest
from django.urls import reverse

from automl.errors import InputError
from inference.models import InferenceResult
from studio.files import local_path
from studio.models import Job

from ..automl.table_files import read_path
from ..corpus import CORPUS, EXPECTATIONS, entries, form_error, upload, upload_bytes
from ..corpus_models import make_model
from ..inline_jobs import read_predictions, run_all_jobs
from ..large_inputs import LARGE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("serving")]


def predict(client, model, name, content=None):
    address = reverse("inference:result_create", args=[model.pk])
    fields = {"idempotency_key": uuid4().hex}
    if content is None:
        answer = upload(client, name, address, **fields)
    else:
        answer = upload_bytes(client, name, content, address, **fields)
    if answer.status_code == 422:
        return None, form_error(answer)
    assert answer.status_code == 302
    result = InferenceResult.objects.latest("created_at")
    run_all_jobs()
    result.refresh_from_db()
    if result.status == "checked":
        return confirm(client, result)
    return result, ""


def confirm(client, result):
    """What a person sees first, and what pressing the button with it as it is says."""
    page = client.get(reverse("inference:result_detail", args=[result.pk]))
    form = page.context["form"]
    chosen = {
        line["field"].html_name: line["field"].value() for line in form.lines if line["field"]
    }
    answer = client.post(reverse("inference:result_start", args=[result.pk]), chosen)
    if answer.status_code == 422:
        return None, page.context["missing"]
    run_all_jobs()
    result.refresh_from_db()
    return result, ""


def refusal_of(result, message):
    """Whether the form refused the file or a job did: in a sentence that was meant for people."""
    if result is not None:
        assert (result.status, result.result_file) == ("failed", None)
        assert result.error_code not in {"", "INTERNAL", "WORKER_LOST"}
        message = result.error_message
    assert 0 < len(message) <= 200
    return message


@entries("predict")
def test_a_file_is_predicted_or_refused_as_expected(name, alice, alice_client, predictor_files):
    entry = EXPECTATIONS[name]
    model = make_model(alice, predictor_files, entry["model"])
    result, refusal = predict(alice_client, model, name)
    if entry["expect"] == "error":
        assert refusal_of(result, refusal).startswith(entry["message"])
        if entry["code"] == "MISSING_COLUMNS":
            assert not Job.objects.filter(kind="prediction").exists()
        return
    assert result is not None, refusal
    assert result.status == "ready", result.error_message
    header, *rows = read_predictions(result)
    assert header == ",".join([*model.classes, "Suggested Label"])
    assert len(rows) == entry["rows"] == result.n_rows
    probs = np.array([row.split(",")[:-1] for row in rows], dtype=float)
    np.testing.assert_allclose(probs.sum(axis=1), 1, atol=1e-6)
    codes = {warning["code"] for warning in result.warnings}
    assert codes >= set(entry.get("warnings", []))
    if "same_as" in entry:
        twin, _ = predict(alice_client, model, entry["same_as"])
        assert sorted(read_predictions(twin)) == sorted([header, *rows])


@entries("predict")
def test_its_rows_are_answered_alike_at_once(name, alice, alice_client, predictor_files, serving):
    entry = EXPECTATIONS[name]
    model = make_model(alice, predictor_files, entry["model"])
    answer = ask(alice_client, model, rows_of(name))
    if entry["expect"] == "error":
        assert answer.status_code == 422
        # What is no table has no rows either.
        assert answer.json()["error"]["code"] in {entry["code"], "NO_ROWS"}
        return
    assert answer.status_code == 200, answer.content
    result, _ = predict(alice_client, model, name)
    lines = list(csv.reader(read_predictions(result)[1:]))
    predictions = answer.json()["predictions"]
    assert [p["label"] for p in predictions] == [line[-1] for line in lines]
    probs = [[p["probabilities"][label] for label in model.classes] for p in predictions]
    expected = np.array([line[:-1] for line in lines], dtype=float)
    np.testing.assert_allclose(np.array(probs), expected, atol=1e-9)


@entries("predict")
def test_the_file_itself_is_no_request(name, alice, alice_client, predictor_files, no_serving):
    model = make_model(alice, predictor_files, EXPECTATIONS[name]["model"])
    answer = ask(alice_client, model, (CORPUS / name).read_bytes())
    # Of nothing at all the test client does not say the type either.
    assert answer.json()["error"]["code"] in {"INVALID_JSON", "WRONG_CONTENT_TYPE"}
    assert answer.status_code in {400, 415}


def ask(client, model, body):
    address = reverse("inference:predict_json", args=[model.pk])
    return client.post(address, body, content_type="application/json")


def rows_of(name):
    try:
        table = read_path(CORPUS / name, name.rpartition("/")[2])
    except InputError:
        return json.dumps({"rows": []})
    return json.dumps({"rows": [dict(zip(table.columns, row, strict=True)) for row in table.rows]})


@entries("ingest", "error")
def test_what_is_no_table_is_refused_by_a_model_too(name, alice, alice_client, predictor_files):
    model = make_model(alice, predictor_files, "text")
    assert refusal_of(*predict(alice_client, model, name))
    assert not Job.objects.filter(kind="prediction").exists()


@pytest.mark.parametrize("name", LARGE)
def test_what_is_far_too_large_is_refused(name, alice, alice_client, predictor_files, tmp_path):
    make, message = LARGE[name]
    with (tmp_path / "large").open("wb") as file:
        make(file)
    model = make_model(alice, predictor_files, "text")
    content = (tmp_path / "large").read_bytes()
    assert refusal_of(*predict(alice_client, model, name, content)).startswith(message)


def test_a_damaged_model_is_not_used(alice, alice_client, predictor_files):
    model = make_model(alice, predictor_files, "text")
    path = local_path(model.predictor_file)
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(bytes(damaged))
    result, _ = predict(alice_client, model, "predict/text_ok.csv")
    assert (result.status, result.error_code) == ("failed", "MODEL_CORRUPT")
