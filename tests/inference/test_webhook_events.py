"""Whoever listens hears of the end of each piece of work: from the table to the predictions."""

import json

import pytest

from inference.batches import create_batch
from models_app.models import DeployedModel
from studio.jobs import CANCELLED, JobFailure, start_job, transitions
from studio.models import WebhookDelivery, WebhookEvent
from studio.webhooks import EVENTS, create_webhook

from ..factories import make_result
from ..inline_jobs import predict_file
from ..models_app.trained import train_on_texts


def listen(user):
    create_webhook(
        user=user,
        workspace=user.workspaces.get(),
        url="https://hooks.example.org/",
        events=[event.value for event in EVENTS],
    )


def heard():
    return {
        row.event: row.payload["data"] for row in WebhookDelivery.objects.order_by("created_at")
    }


def test_from_a_table_to_a_model_and_its_predictions(alice, tmp_path):
    listen(alice)
    model = train_on_texts(alice, tmp_path)
    path = tmp_path / "new.csv"
    path.write_text("what\nI want the apple\n")
    result = predict_file(
        create_batch(user=alice, model=model, file_name="new.csv", path=path, idempotency_key="k")
    )
    events = heard()
    assert list(events) == ["project.ready", "model.trained", "predictions.ready"]
    assert events["project.ready"]["status"] == "ready"
    assert events["model.trained"]["model_id"] == model.hex_id
    assert events["model.trained"]["status"] == "TRAINED"
    told = events["predictions.ready"]
    assert (told["result_id"], told["model_id"]) == (result.hex_id, model.hex_id)
    assert (told["file_name"], told["n_rows"], told["status"]) == ("new.csv", 1, "ready")
    assert told["url"].endswith(f"/results/{result.hex_id}/")
    assert "apple" not in json.dumps(events)


@pytest.mark.parametrize("kind", ["prediction-reading", "prediction"])
def test_predictions_that_fail_are_told_without_words_of_the_file(
    kind, small_model, alice, tmp_path
):
    listen(alice)
    result = make_result(small_model, tmp_path, status="predicting")
    job = start_job(kind, result.pk, workspace=result.workspace)
    assert transitions.fail_job(job, JobFailure("RAGGED_ROWS", "Line 3: secret", line=3))
    ((event, told),) = heard().items()
    assert event == WebhookEvent.PREDICTIONS_FAILED
    assert (told["result_id"], told["error_code"]) == (result.hex_id, "RAGGED_ROWS")
    assert "secret" not in json.dumps(told)


def test_a_training_that_fails_is_told_and_one_that_is_cancelled_is_not(small_model, alice):
    listen(alice)
    for failure in (CANCELLED, JobFailure("TIMEOUT", "Too late.")):
        DeployedModel.objects.update(status="TRAINING")
        job = start_job("deployment", small_model.pk, workspace=small_model.workspace)
        assert transitions.fail_job(job, failure)
    ((event, told),) = heard().items()
    assert (event, told["error_code"]) == ("model.failed", "TIMEOUT")
    assert WebhookDelivery.objects.count() == 1
