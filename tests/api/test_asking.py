"""Who may ask, and what is answered to requests that nobody can mean."""

import pytest
from django.test import Client

from studio.models import Dataset, Membership

from .conftest import ROOT, Caller, error_of

pytestmark = pytest.mark.django_db


def test_without_a_key_or_with_a_wrong_one_nothing_is_answered(client):
    answer = client.get(f"{ROOT}/datasets")
    assert error_of(answer, 401) == "NO_KEY"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    for header in ("Bearer x", "Basic eDp5", "Bearer"):
        answer = client.get(f"{ROOT}/datasets", headers={"Authorization": header})
        assert answer.status_code == 401


def test_the_scheme_is_written_as_one_likes(api, client):
    headers = {"Authorization": f"bearer {api.key}"}
    assert client.get(f"{ROOT}/datasets", headers=headers).status_code == 200


def test_a_key_that_may_only_read_changes_nothing(reader, cleanset):
    dataset_id = cleanset.project.dataset_id.hex
    assert reader.get(f"/datasets/{dataset_id}").status_code == 200
    assert error_of(reader.delete(f"/datasets/{dataset_id}"), 403) == "READ_ONLY_KEY"
    assert Dataset.objects.exists()


def test_a_viewer_is_refused_what_changes_something(cleanset, bob):
    Membership.objects.create(workspace=cleanset.workspace, user=bob, role="viewer")
    path = f"/datasets/{cleanset.project.dataset_id}"
    assert Caller(bob).get(path).status_code == 200
    assert error_of(Caller(bob).delete(path), 403) == "FORBIDDEN"


def test_who_is_signed_in_reads_and_changes_with_the_token_of_the_session(alice, cleanset):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    url = f"{ROOT}/datasets/{cleanset.project.dataset_id.hex}"
    assert browser.get(url).status_code == 200
    assert error_of(browser.delete(url), 403) == "CSRF"
    token = browser.get(f"{ROOT}/docs").cookies["csrftoken"].value
    assert browser.delete(url, headers={"X-CSRFToken": token}).status_code == 204


def test_beside_a_wrong_key_a_session_does_not_count(alice_client):
    headers = {"Authorization": "Bearer cleanset_00000000_x"}
    assert error_of(alice_client.get(f"{ROOT}/datasets", headers=headers), 401) == "WRONG_KEY"


def test_too_many_requests_say_how_long_to_wait(api, settings):
    settings.API_REQUESTS_PER_MINUTE = 1
    assert api.get("/datasets").status_code == 200
    answer = api.get("/datasets")
    assert error_of(answer, 429) == "TOO_MANY_REQUESTS"
    assert 1 <= int(answer.headers["Retry-After"]) <= 61


@pytest.mark.parametrize(
    "path", ["/nothing", "/datasets/x", "/datasets/", "/datasets/1234", "/datasets%0A", "/a%0Ab/c"]
)
def test_what_is_not_there_is_said_in_the_form_of_the_api(path, api):
    assert error_of(api.get(path), 404) == "NOT_FOUND"


def test_a_method_that_an_address_does_not_take_is_refused(api):
    answer = api.ask("PATCH", "/datasets")
    assert error_of(answer, 405) == "METHOD_NOT_ALLOWED"
    assert answer.headers["Allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "INVALID_JSON"),
        ("[" * 100_000, 400, "INVALID_JSON"),
        ("\xff", 400, "INVALID_JSON"),
        ("[]", 422, "INVALID_REQUEST"),
        ("null", 422, "INVALID_REQUEST"),
        ("{}", 422, "INVALID_REQUEST"),
        ('{"url": 1}', 422, "INVALID_REQUEST"),
        ('{"url": "\\ud800"}', 422, "INVALID_REQUEST"),
        ('{"url": "https://example.org/\\u0000"}', 422, "INVALID_REQUEST"),
        ('{"url": "https://example.org", "nmae": "x"}', 422, "INVALID_REQUEST"),
        (" " * 3_000_000, 413, "TOO_LARGE"),
    ],
)
def test_a_body_that_cannot_be_meant_is_refused_with_a_sentence(body, status, code, api):
    options = {"data": body.encode("latin-1"), "content_type": "application/json"}
    assert error_of(api.post("/datasets/from-url", **options), status) == code


def test_a_body_of_another_type_is_refused(api):
    options = {"data": b"url=x", "content_type": "application/x-www-form-urlencoded"}
    assert error_of(api.post("/datasets/from-url", **options), 415) == "WRONG_CONTENT_TYPE"


def test_fields_are_named_one_by_one(api):
    answer = api.post("/datasets/from-url", {"url": 5, "nmae": "x"})
    error = answer.json()["error"]
    assert error["message"] == "“url” must be a text."
    assert {each["field"]: each["message"] for each in error["fields"]} == {
        "url": "“url” must be a text.",
        "nmae": "“nmae” is not known here.",
    }


@pytest.mark.parametrize(
    ("path", "field", "message"),
    [
        ("/datasets?limit=0", "limit", "“limit” must be at least 1."),
        ("/datasets?offset=x", "offset", "“offset” must be a whole number."),
        ("/jobs?state=x", "state", "“state” must be one of 'queued', 'running', 'waiting'"),
        ("/jobs?subject_id=x", "subject_id", "“subject_id” must be an id."),
    ],
)
def test_fields_of_an_address_are_named_too(path, field, message, api):
    named = api.get(path).json()["error"]["fields"][0]
    assert named["field"] == field
    assert named["message"].startswith(message)


def test_an_error_of_ours_is_told_by_a_number_and_nothing_else(api, monkeypatch, caplog):
    monkeypatch.setattr("api.datasets.rows_for", lambda *_: 1 / 0)
    answer = api.get("/datasets")
    assert error_of(answer, 500) == "SERVER_ERROR"
    assert "division" not in answer.content.decode()
    number = answer.json()["error"]["message"].split()[-1].rstrip(".")
    assert number in caplog.text


def test_the_description_and_its_page_are_open(client):
    described = client.get(f"{ROOT}/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert client.get(f"{ROOT}/docs").status_code == 200
    assert client.get(f"{ROOT}/").url == f"{ROOT}/docs"
    names = [
        operation["operationId"]
        for path in described["paths"].values()
        for operation in path.values()
    ]
    assert len(names) == len(set(names))
