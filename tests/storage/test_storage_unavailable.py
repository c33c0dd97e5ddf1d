"""Storage that cannot be used: operators are told why, users are told so, and nothing is kept."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.urls import reverse

from client_api.models import Upload
from studio import storage_errors
from studio.api_keys import create_key
from studio.models import Dataset, Job, StoredFile
from studio.storage_check import find_fault

from ..client_api.asking import Asking
from ..client_api.uploading import CSV
from ..receivers import receiving, respond

pytestmark = pytest.mark.django_db
with_commits = pytest.mark.django_db(transaction=True)

DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


def refuse(handler):
    body = b"" if handler.command == "HEAD" else DENIED
    respond(handler, 403, body, Content_Type="application/xml")


@pytest.fixture
def no_bucket(store_at, s3_endpoint):
    store_at(s3_endpoint, "s3://a-bucket-that-nobody-made/prefix")


@pytest.fixture
def no_server(store_at):
    with receiving() as server:
        free = server.url("")
    store_at(free, "s3://bucket/prefix")


@pytest.fixture
def no_rights(store_at):
    with receiving(refuse) as server:
        store_at(server.url(""), "s3://bucket/prefix")
        yield


FAULTS = {
    "no_bucket": "s3://a-bucket-that-nobody-made/prefix cannot be used: there is no such bucket.",
    "no_server": "s3://bucket/prefix cannot be used: Could not connect to the endpoint",
    "no_rights": "s3://bucket/prefix cannot be used: these keys may not do this",
}


@pytest.fixture(params=FAULTS)
def fault(request):
    """What is said of each to the operator; the product is set up so that it is there."""
    request.getfixturevalue(request.param)
    return FAULTS[request.param]


def nothing_was_kept():
    return not (Dataset.objects.exists() or Job.objects.exists() or StoredFile.objects.exists())


def test_a_bucket_that_is_there_passes_the_check(in_s3):
    assert find_fault() == ""
    call_command("check", tags=["files"])


def test_a_folder_needs_no_check(settings):
    assert settings.STORAGE_URL == find_fault() == ""


def test_the_check_says_what_is_wrong(fault):
    with pytest.raises(SystemCheckError) as raised:
        call_command("check", tags=["files"])
    assert fault in str(raised.value)


def test_the_product_does_not_start(no_bucket, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with pytest.raises(CommandError, match="there is no such bucket"):
        call_command("up")


def test_an_upload_through_the_page_says_so_and_keeps_nothing(fault, alice_client, caplog):
    file = SimpleUploadedFile("words.csv", CSV)
    answer = alice_client.post(reverse("studio:dataset_create"), {"file": file})
    assert answer.status_code == 503
    page = answer.content.decode()
    assert storage_errors.MESSAGE in page
    assert "boto" not in page.lower()
    assert fault in caplog.text
    assert nothing_was_kept()


def test_the_api_says_so_and_when_to_try_again(fault, client, alice):
    key = create_key(user=alice, name="script", scope="write")[1]
    file = SimpleUploadedFile("words.csv", CSV)
    headers = {"authorization": f"Bearer {key}"}
    answer = client.post("/api/v1/datasets", {"file": file}, headers=headers)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (503, "STORAGE_UNAVAILABLE")
    assert (error["message"], answer.headers["Retry-After"]) == (storage_errors.MESSAGE, "30")
    assert nothing_was_kept()


def test_the_official_client_is_told_before_it_sends_anything(fault, client, alice):
    body = {"size_in_bytes": 3, "filename": "words.csv", "file_type": "text/csv"}
    answer = Asking(client, alice)("POST", "upload/v1/file/initialize", body)
    assert answer.status_code == 503
    assert answer.json() == {"error": storage_errors.MESSAGE}
    assert not Upload.objects.exists()
