"""Small predictions at once, by the real serving process."""

import csv
import json
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from automl.problem import MULTI_LABEL
from inference import serving_client
from inference.batches import create_batch
from inference.serving_client import ask_serving
from models_app.models import DeployedModel
from studio.files import local_path
from studio.models import Membership, User
from studio.trash import delete_row

from ..inline_jobs import read_predictions, run_all_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("serving")]

ROW = {"size": 7, "colour": "red"}
ODD_ROWS = [
    {"size": "1.5", "colour": "red"},
    {"size": 9, "colour": "green", "note": "ignored"},
    {"size": 2.50, "colour": None},
    {"size": None, "colour": True},
    {"size": "many", "colour": "mauve"},
    {"colour": ""},
]


@pytest.fixture
def ask(alice_client):
    def ask(model, body, client=alice_client, content_type="application/json"):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        url = reverse("inference:predict_json", args=[model.pk])
        return client.post(url, body, content_type=content_type)

    return ask


def predict_file(model, rows, folder):
    """The lines of the result file."""
    path = folder / "rows.json"
    path.write_text(json.dumps(rows))
    result = create_batch(
        user=model.created_by,
        model=model,
        file_name="rows.json",
        path=path,
        idempotency_key=uuid4().hex,
    )
    run_all_jobs()
    result.refresh_from_db()
    assert result.status == "ready", result.error_message
    return list(csv.DictReader(read_predictions(result)))


def refusal(answer, status):
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/json"
    error = answer.json()["error"]
    assert set(error) == {"code", "message"}
    return error


TEXT_ROWS = [{"text": "my card is lost"}, {"text": ""}, {"text": "thank you 5"}]


@pytest.mark.parametrize(
    ("modality", "rows"), [("tabular", ODD_ROWS), ("text", TEXT_ROWS)], ids=["tabular", "text"]
)
def test_the_numbers_are_those_of_a_file_with_the_same_rows(
    modality, rows, serving, trained, ask, tmp_path
):
    model = trained(modality)
    answer = ask(model, {"rows": rows}).json()
    lines = predict_file(model, rows, tmp_path)
    assert [p["label"] for p in answer["predictions"]] == [row["Suggested Label"] for row in lines]
    names = answer["classes"]
    found = [[p["probabilities"][name] for name in names] for p in answer["predictions"]]
    expected = [[float(line[name]) for name in names] for line in lines]
    assert np.abs(np.array(found) - np.array(expected)).max() <= 1e-12


def test_sets_of_labels_are_lists(serving, trained, ask, tmp_path):
    model = trained(problem_type=MULTI_LABEL)
    rows = [{"size": size, "colour": "red"} for size in (1, 5, 9)]
    predictions = ask(model, {"rows": rows}).json()["predictions"]
    lines = predict_file(model, rows, tmp_path)
    assert [",".join(p["labels"]) for p in predictions] == [row["Suggested Label"] for row in lines]


def test_an_answer_says_what_was_not_used_and_what_cells_cannot_say(serving, trained, ask):
    model = trained()
    answer = ask(model, {"rows": ODD_ROWS})
    assert answer.headers["Server-Timing"].startswith("model;dur=")
    content = answer.json()
    assert content["model"] == model.hex_id
    assert content["ignored_columns"] == ["note"]
    codes = [[w["code"] for w in p["warnings"]] for p in content["predictions"]]
    assert codes[:3] == [[], [], []]
    assert codes[3:] == [["UNSEEN_CATEGORY"], ["NO_NUMBER", "UNSEEN_CATEGORY"], []]
    warning = content["predictions"][4]["warnings"][0]
    assert warning["column"] == "size"
    assert warning["message"] == "size: “many” is no number"


def test_missing_columns_are_named(serving, trained, ask):
    error = refusal(ask(trained(), {"rows": [{"Size": 1}]}), 422)
    assert error["code"] == "MISSING_COLUMNS"
    assert "'size', 'colour'" in error["message"]


def test_a_sole_text_column_is_also_called_text(serving, trained, ask, alice_client):
    model = trained("text")
    project = model.cleanset.project
    project.feature_schema[0]["name"] = "question"
    project.save()
    assert ask(model, {"rows": [{"text": "my card is lost"}]}).status_code == 200


HOSTILE = {
    "nothing": (b" ", 400, "INVALID_JSON"),
    "cut off": (b'{"rows": [{"size": 1', 400, "INVALID_JSON"),
    "not UTF-8": (b'{"rows": [{"size": "\xff"}]}', 400, "ENCODING"),
    "NaN": (b'{"rows": [{"size": NaN, "colour": "red"}]}', 400, "INVALID_JSON"),
    "Infinity": (b'{"rows": [{"size": -Infinity, "colour": "red"}]}', 400, "INVALID_JSON"),
    "a huge integer": (b'{"rows": [{"size": ' + b"9" * 5000 + b"}]}", 400, "INVALID_JSON"),
    "a lone surrogate": (b'{"rows": [{"size": 1, "colour": "\\ud800"}]}', 400, "ENCODING"),
    "one in a name": (b'{"rows": [{"\\udfff": 1}]}', 400, "ENCODING"),
    "NUL": (b'{"rows": [{"size": "\\u0000", "colour": ""}]}', 422, "NUL_BYTE"),
    "deep": (b'{"rows": ' + b"[" * 100_000, 422, "WRONG_SHAPE"),
    "an object in a cell": (b'{"rows": [{"size": {"a": 1}}]}', 422, "NESTED_VALUE"),
    "a list in a cell": (b'{"rows": [{"size": [1]}]}', 422, "NESTED_VALUE"),
    "a column twice": (b'{"rows": [{"size": 1, "size": 2}]}', 422, "DUPLICATE_COLUMNS"),
    "twice after trimming": (b'{"rows": [{"size": 1, " size": 2}]}', 422, "DUPLICATE_COLUMNS"),
    "rows twice": (b'{"rows": [], "rows": [{"size": 1}]}', 422, "WRONG_SHAPE"),
    "a list": (b'[{"size": 1, "colour": "red"}]', 422, "WRONG_SHAPE"),
    "a number": (b"7", 422, "WRONG_SHAPE"),
    "rows that are a text": (b'{"rows": "size"}', 422, "WRONG_SHAPE"),
    "a row that is a list": (b'{"rows": [[1, "red"]]}', 422, "WRONG_SHAPE"),
    "no rows": (b'{"rows": []}', 422, "NO_ROWS"),
    "rows without keys": (b'{"rows": [{}, {}]}', 422, "EMPTY_COLUMN_NAME"),
    "a nameless column": (b'{"rows": [{"": 1}]}', 422, "EMPTY_COLUMN_NAME"),
    "too many columns": (
        json.dumps({"rows": [{f"c{i}": 1 for i in range(1001)}]}).encode(),
        422,
        "TOO_MANY_COLUMNS",
    ),
    "1,001 rows": (json.dumps({"rows": [ROW] * 1001}).encode(), 413, "TOO_MANY_ROWS"),
    "2 MB": (json.dumps({"rows": [{"size": "9" * 2_000_000}]}).encode(), 413, "TOO_LARGE"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies_are_refused_in_a_sentence(name, trained, ask, no_serving):
    body, status, code = HOSTILE[name]
    assert refusal(ask(trained(), body), status)["code"] == code


@pytest.mark.parametrize("value", ["9" * 400, "1e999", "-0", '"\\u202e"', '"🦊"', "true"])
def test_odd_values_are_answered(value, serving, trained, ask):
    body = f'{{"rows": [{{"size": {value}, "colour": {value}}}]}}'.encode()
    assert ask(trained(), body).status_code == 200


def test_a_thousand_rows_are_answered_and_fewer_where_classes_are_many(serving, trained, ask):
    model = trained()
    assert len(ask(model, {"rows": [ROW] * 1000}).json()["predictions"]) == 1000
    model.classes = [f"class {i}" for i in range(1000)]
    model.save()
    error = refusal(ask(model, {"rows": [ROW] * 201}), 413)
    assert "at most 200 are answered at once" in error["message"]


def test_another_content_type_is_refused(trained, ask, no_serving):
    answer = ask(trained(), b"size=1", content_type="application/x-www-form-urlencoded")
    assert refusal(answer, 415)["code"] == "WRONG_CONTENT_TYPE"


def test_a_model_that_is_not_trained_is_refused(trained, ask, no_serving):
    model = trained()
    DeployedModel.objects.update(status="TRAINING")
    assert refusal(ask(model, {"rows": [ROW]}), 409)["code"] == "NOT_TRAINED"


def test_a_stranger_finds_nothing_and_a_viewer_may_predict(serving, trained, ask, alice, bob):
    model = trained()
    stranger, viewer = Client(), Client()
    stranger.force_login(bob)
    assert refusal(ask(model, {"rows": [ROW]}, stranger), 404)["code"] == "NOT_FOUND"
    user = User.objects.create_user("viewer@example.org")
    Membership.objects.create(workspace=alice.workspaces.get(), user=user, role="viewer")
    viewer.force_login(user)
    assert ask(model, {"rows": [ROW]}, viewer).status_code == 200


def test_a_page_elsewhere_cannot_send_rows(trained, alice):
    checked = Client(enforce_csrf_checks=True)
    checked.force_login(alice)
    url = reverse("inference:predict_json", args=[trained().pk])
    answer = checked.post(url, {"rows": [ROW]}, content_type="application/json")
    assert answer.status_code == 403


def test_a_deleted_model_is_never_answered(serving, trained, ask):
    model = trained()
    assert ask(model, {"rows": [ROW]}).status_code == 200
    delete_row(model)
    assert refusal(ask(model, {"rows": [ROW]}), 404)["code"] == "NOT_FOUND"


def test_a_damaged_predictor_is_not_used(serving, trained, ask):
    model = trained()
    path = local_path(model.predictor_file)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"x")
    assert refusal(ask(model, {"rows": [ROW]}), 409)["code"] == "MODEL_CORRUPT"
    path.write_bytes(whole)
    assert ask(model, {"rows": [ROW]}).status_code == 200


def test_requests_at_once_do_not_mix(serving, trained):
    model = trained()
    names, sizes = ["size", "colour"], [str(i) for i in range(1, 10)] * 4
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda size: ask_serving(model, names, [[size], ["red"]]), sizes))
    apart = [answer["pred_probs"] for answer in found]
    assert apart == [ask_serving(model, names, [[size], ["red"]])["pred_probs"] for size in sizes]


def test_without_the_process_it_is_said_when_to_try_again(trained, ask, no_serving):
    answer = ask(trained(), {"rows": [ROW]})
    assert refusal(answer, 503)["code"] == "UNAVAILABLE"
    assert int(answer.headers["Retry-After"]) > 0


def test_pages_keep_threads_of_their_own(trained, ask, no_serving, monkeypatch):
    """Where all that may wait for predictions do, the next one is told to come back."""
    monkeypatch.setattr(serving_client, "SLOTS", threading.BoundedSemaphore(1))
    monkeypatch.setattr(serving_client, "SLOT_SECONDS", 0.01)
    with serving_client.SLOTS:
        answer = ask(trained(), {"rows": [ROW]})
    assert "Too many predictions" in refusal(answer, 503)["message"]


def test_the_socket_of_another_account_is_not_trusted(serving, trained, ask, monkeypatch):
    monkeypatch.setattr("inference.serving_client.os.geteuid", lambda: os.getuid() + 1)
    refusal(ask(trained(), {"rows": [ROW]}), 503)


def test_who_does_not_know_the_token_is_not_answered(serving, trained, ask, settings):
    settings.SERVING_TOKEN = "something else"
    assert refusal(ask(trained(), {"rows": [ROW]}), 503)["code"] == "UNAVAILABLE"


def test_a_worker_that_is_killed_comes_back(serving, trained, ask):
    model = trained()
    expected = ask(model, {"rows": [ROW]}).json()
    [worker] = serving.workers
    worker.kill()
    worker.wait()
    answers = [ask(model, {"rows": [ROW]}) for _ in range(2)]
    assert {answer.status_code for answer in answers} <= {200, 503}
    serving.wait_until_up()
    assert ask(model, {"rows": [ROW]}).json() == expected


def test_the_process_ends_quickly_and_leaves_a_503_behind(serving, trained, ask):
    model = trained()
    os.kill(serving.process.pid, signal.SIGTERM)
    serving.process.wait(timeout=10)
    assert ask(model, {"rows": [ROW]}).status_code == 503
    serving.start()
    assert ask(model, {"rows": [ROW]}).status_code == 200
