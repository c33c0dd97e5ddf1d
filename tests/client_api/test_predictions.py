"""A batch of the client from the query to its predictions, request by request."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from client_api.models import PredictionQuery
from inference.models import InferenceResult
from models_app.models import DeployedModel
from studio.api_keys import create_key
from studio.models import Job, Project, StoredFile
from studio.trash import delete_row, purge_deleted

from ..inline_jobs import read_predictions, run_all_jobs

pytestmark = pytest.mark.django_db(transaction=True)

# As pandas writes a frame: its index is the first column, without a name.
BATCH = ",size,colour\n0,9.5,red\n1,0.5,blue\n2,,\n"


class Script:
    """The requests that the client sends, with one key."""

    def __init__(self, user, scope="write"):
        _, key = create_key(user=user, name="script", scope=scope)
        self.client, self.headers = Client(), {"authorization": f"bearer {key}"}

    def get(self, path):
        return self.client.get(f"/api/v1/deployment/{path}", headers=self.headers)

    def post(self, path):
        return self.client.post(
            f"/api/v1/deployment/{path}", headers=self.headers, content_type="application/json"
        )

    def open_query(self, model):
        answer = self.post(f"{model.hex_id}/upload")
        assert answer.status_code == 200, answer.content
        return answer.json()

    def upload(self, query, text, name="file"):
        fields = {"file": SimpleUploadedFile(name, text.encode())}
        return self.client.post(query["upload_url"]["url"], query["upload_url"]["fields"] | fields)

    def start(self, model, query):
        return self.post(f"{model.hex_id}/predict/{query['query_id']}")

    def poll(self, query):
        return self.get(f"predict/{query['query_id']}")

    def predict(self, model, text):
        """The last poll."""
        query = self.open_query(model)
        self.upload(query, text)
        self.start(model, query)
        run_all_jobs()
        return self.poll(query)


@pytest.fixture
def script(alice):
    return Script(alice)


@pytest.fixture
def query(script, small_model):
    return script.open_query(small_model)


def download(url):
    return b"".join(Client().get(url).streaming_content).decode()


def test_a_batch_is_predicted_and_downloaded_without_a_key(script, small_model, query):
    assert query["upload_url"]["url"].startswith("http://testserver/api/")
    assert script.poll(query).json()["results"] is None
    assert script.upload(query, BATCH).status_code == 200
    assert script.poll(query).json()["results"] is None
    assert script.start(small_model, query).status_code == 200
    run_all_jobs()
    url = script.poll(query).json()["results"]
    assert url.startswith("http://testserver/")
    lines = list(csv.reader(io.StringIO(download(url))))
    assert lines[0] == ["large", "small", "Suggested Label"]
    assert [line[-1] for line in lines[1:3]] == ["large", "small"]
    assert len(lines) == 4


def test_it_stands_among_the_results_of_the_page(script, small_model, alice_client):
    url = script.predict(small_model, BATCH).json()["results"]
    result = InferenceResult.objects.get()
    assert result.file_name.startswith("API batch 20")
    assert download(url).splitlines() == read_predictions(result)
    assert "API batch 20" in alice_client.get(f"/models/{small_model.hex_id}/").content.decode()


@pytest.mark.parametrize("index", ["", "a", "-1", "2.5", "2026-01-01", "1"])
def test_the_index_of_a_frame_is_no_column_whatever_it_holds(script, small_model, index):
    rows = BATCH.splitlines()
    batch = "\n".join([rows[0], *(index + row[1:] for row in rows[1:])])
    plain = "\n".join(row.partition(",")[2] for row in rows)
    with_index, without = (script.predict(small_model, text) for text in (batch, plain))
    assert download(with_index.json()["results"]) == download(without.json()["results"])


def test_names_with_other_delimiters_do_not_change_how_a_batch_is_read(script, small_model):
    schema = small_model.cleanset.project.feature_schema
    schema[1]["name"] = "a;b;c"
    Project.objects.update(feature_schema=schema)
    batch = ",size,a;b;c\n0,9.5,x;y;z\n"
    assert script.predict(small_model, batch).json()["results"]


def test_a_missing_column_is_named_at_the_start_and_by_each_poll(script, small_model, query):
    script.upload(query, ",size\n0,1\n")
    for answer in (script.start(small_model, query), script.poll(query), script.poll(query)):
        assert answer.status_code == 400
        assert answer.json()["error"].startswith("The file has no column 'colour'")
    assert not InferenceResult.objects.exists()


def test_another_spelling_is_refused_with_a_suggestion(script, small_model, query):
    script.upload(query, "size,Colour\n1,red\n")
    assert "Did you mean 'Colour'?" in script.start(small_model, query).json()["error"]


@pytest.mark.parametrize(
    ("batch", "message"),
    {
        "empty": ("", "The file is empty"),
        "only a header": (",size,colour\n", "no data rows"),
        "broken": ('size,colour\n1,"red\n', "quot"),
    }.values(),
)
def test_a_batch_without_rows_that_can_be_read_ends_the_polls(
    script, small_model, query, batch, message
):
    script.upload(query, batch)
    script.start(small_model, query)
    run_all_jobs()
    answer = script.poll(query)
    assert answer.status_code == 400
    assert message in answer.json()["error"]


def test_a_batch_that_was_never_uploaded_ends_the_polls(script, small_model, query):
    for answer in (script.start(small_model, query), script.poll(query)):
        assert "No rows have arrived" in answer.json()["error"]


def test_a_query_that_nobody_starts_ends_after_an_hour_and_goes_after_a_day(script, query):
    assert script.poll(query).json() == {"status": "running", "results": None}
    PredictionQuery.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert "No prediction was started" in script.poll(query).json()["error"]
    PredictionQuery.objects.update(purge_after=timezone.now())
    purge_deleted()
    assert script.poll(query).status_code == 404


def test_a_batch_over_the_limit_is_refused_by_the_polls_too(script, small_model, query, settings):
    settings.MAX_UPLOAD_BYTES = len(BATCH) - 1
    script.upload(query, BATCH)
    assert "the limit of this server" in script.poll(query).json()["error"]


def test_a_second_upload_takes_the_place_of_a_refused_one(script, small_model, query):
    script.upload(query, "nonsense")
    script.start(small_model, query)
    script.upload(query, BATCH)
    assert script.start(small_model, query).status_code == 200
    run_all_jobs()
    assert script.poll(query).json()["results"]


def test_the_same_query_started_twice_is_predicted_once(script, small_model, query):
    script.upload(query, BATCH)
    for _ in range(2):
        assert script.start(small_model, query).status_code == 200
    run_all_jobs()
    assert script.start(small_model, query).status_code == 200
    assert script.upload(query, BATCH).json()["error"].startswith("The prediction of this batch")
    assert InferenceResult.objects.count() == 1
    assert script.poll(query).json()["results"]


def test_a_hundred_polls_at_once_are_all_answered(script, small_model, query):
    script.upload(query, BATCH)
    script.start(small_model, query)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: script.poll(query).json(), range(100)))
    assert {answer["results"] for answer in answers} == {None}


def test_the_upload_address_is_signed_and_ends(script, query, monkeypatch):
    forged = {"upload_url": {"url": query["upload_url"]["url"][:-1], "fields": {}}}
    assert script.upload(forged, BATCH).status_code == 400
    monkeypatch.setattr("client_api.prediction_queries.OPEN_FOR", timedelta(seconds=-1))
    assert "takes no upload" in script.upload(query, BATCH).json()["error"]
    assert PredictionQuery.objects.get().upload_file is None


@pytest.mark.parametrize("body", [b"", b"--x\r\nnonsense", b"{}"])
def test_what_is_no_form_is_refused_in_json(script, query, body):
    answer = script.client.post(
        query["upload_url"]["url"], body, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_what_failed_says_why(script, small_model, query):
    script.upload(query, BATCH)
    script.start(small_model, query)
    result = InferenceResult.objects.get()
    result.status, result.error_message = "failed", "The predictor is not there."
    result.save()
    answer = script.poll(query)
    assert (answer.status_code, answer.json()) == (400, {"error": "The predictor is not there."})


def test_a_deleted_result_is_gone_with_its_address_and_its_query(script, small_model):
    query = script.open_query(small_model)
    script.upload(query, BATCH)
    script.start(small_model, query)
    run_all_jobs()
    url = script.poll(query).json()["results"]
    delete_row(InferenceResult.objects.get())
    assert script.poll(query).status_code == 404
    assert Client().get(url).status_code == 404
    purge_deleted()
    assert not PredictionQuery.all_objects.exists()


def test_what_was_uploaded_and_never_started_is_swept(script, query):
    script.upload(query, BATCH)
    stored = PredictionQuery.objects.get().upload_file
    assert stored.purge_after > timezone.now()
    StoredFile.objects.filter(pk=stored.pk).delete()
    assert PredictionQuery.objects.get().upload_file is None


@pytest.mark.parametrize("status", ["INITIALIZING", "TRAINING", "FAILED"])
def test_a_model_that_is_not_trained_opens_no_query(script, small_model, status):
    DeployedModel.objects.update(status=status)
    answer = script.post(f"{small_model.hex_id}/upload")
    assert answer.status_code == 400
    assert "cannot predict" in answer.json()["error"]


def test_others_find_nothing(script, small_model, query, bob):
    script.upload(query, BATCH)
    other = Script(bob)
    answers = [
        other.post(f"{small_model.hex_id}/upload"),
        other.start(small_model, query),
        other.poll(query),
    ]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert all(answer.json()["error"].startswith("There is no") for answer in answers)
    assert not Job.objects.exists()


def test_a_query_is_started_under_its_own_model_only(script, small_model, query):
    answer = script.post(f"{uuid4().hex}/predict/{query['query_id']}")
    assert (answer.status_code, answer.json()) == (
        404,
        {"error": "This query belongs to another model."},
    )


def test_a_key_that_may_only_read_polls_and_starts_nothing(alice, script, small_model, query):
    reader = Script(alice, "read")
    assert reader.poll(query).status_code == 200
    assert reader.start(small_model, query).status_code == 403
    assert reader.post(f"{small_model.hex_id}/upload").status_code == 403
