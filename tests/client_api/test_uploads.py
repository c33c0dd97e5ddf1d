"""Uploads, request by request, and what can be wrong with them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from client_api import uploads
from client_api.models import Upload
from client_api.parts import disk
from client_api.sweeping import sweep_uploads
from studio.models import Dataset, Job, Membership, StoredFile, User
from studio.trash import delete_row

from ..inline_jobs import run_all_jobs
from .uploading import CSV, Uploading

pytestmark = pytest.mark.django_db
with_commits = pytest.mark.django_db(transaction=True)


def expire(begun):
    Upload.objects.filter(pk=begun["upload_id"]).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )
    sweep_uploads()


@with_commits
def test_a_file_becomes_a_dataset(uploader):
    begun = uploader.begun()
    assert begun["part_sizes"] == [70, 70, len(CSV) - 140]
    assert all(url.startswith("http://testserver/api/") for url in begun["presigned_posts"])
    assert uploader.complete(begun, uploader.put_all(begun)).json() == {}
    assert uploader.progress(begun) == {"status": "received", "progress": 0.0}
    assert uploader.confirm(begun).json() == {}
    assert uploader.progress(begun)["status"] == "waiting for a worker"
    run_all_jobs()
    assert uploader.progress(begun) == {"status": "complete", "progress": 1.0}
    dataset = uploader.dataset(begun)
    assert (dataset.name, dataset.file_name) == ("film reviews", "film reviews.csv")
    assert (dataset.n_rows, dataset.upload_file.size_bytes) == (12, len(CSV))
    assert disk.kept_ids() == []


def test_saying_it_again_changes_nothing(uploader):
    uploader.say_everything_again()
    run_all_jobs()
    assert Dataset.objects.count() == 1
    assert sorted(Job.objects.values_list("kind", flat=True)) == ["client-upload", "ingestion"]


def test_what_is_not_complete_cannot_be_confirmed(uploader):
    begun = uploader.begun()
    assert "not complete yet" in uploader.confirm(begun).json()["error"]
    answer = uploader("GET", "upload/v1/dataset_id", upload_id=begun["upload_id"])
    assert "was not confirmed" in answer.json()["error"]


def test_a_file_without_bytes_is_told_to_be_empty(uploader):
    begun = uploader.upload(b"")
    assert (begun["part_sizes"], begun["presigned_posts"]) == ([], [])
    run_all_jobs()
    assert uploader.progress(begun) == {
        "status": "error",
        "progress": 0.0,
        "error_type": "EMPTY_FILE",
        "error_message": "The file is empty.",
    }


def test_what_is_wrong_with_a_file_is_told_with_its_line(uploader):
    begun = uploader.upload(b"a,b\n1,2\n3,4,5\n6,7\n")
    run_all_jobs()
    progress = uploader.progress(begun)
    assert (progress["status"], progress["error_type"]) == ("error", "RAGGED_ROWS")
    assert "3" in progress["error_message"]


def test_asked_types_are_kept_and_checked(uploader):
    begun = uploader.upload(overrides=[{"name": "label", "column_type": "string", "new": 1}])
    run_all_jobs()
    assert uploader.dataset(begun).asked_types == {"label": "string"}
    begun = uploader.upload(overrides=[{"name": "label", "column_type": "integer"}])
    run_all_jobs()
    progress = uploader.progress(begun)
    assert progress["error_type"] == "WRONG_TYPE"
    assert "row 1 has 'good'" in progress["error_message"]
    begun = uploader.upload(overrides=[{"name": "nothing", "column_type": "integer"}])
    run_all_jobs()
    assert uploader.progress(begun)["error_type"] == "UNKNOWN_COLUMN"


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ("label", "list of objects"),
        ([1], "list of objects"),
        ([{"name": "label"}], "'column_type'"),
        ([{"name": 1, "column_type": "string"}], "'name'"),
        ([{"name": "label", "column_type": "colour"}], "There are: string, integer"),
        ([{"name": "label", "column_type": "image_external"}], "images"),
        ([{"name": "label", "column_type": "string"}] * 2, "two types"),
    ],
)
def test_overrides_that_are_none_are_told_before_anything_starts(overrides, words, uploader):
    begun = uploader.begun()
    uploader.complete(begun, uploader.put_all(begun))
    answer = uploader.confirm(begun, overrides)
    assert (answer.status_code, words in answer.json()["error"]) == (400, True)
    assert not Dataset.objects.exists()
    assert uploader.confirm(begun, [{"name": "label", "column_type": "untyped"}]).status_code == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"filename": "old.xls"}, "Save the workbook as .xlsx"),
        ({"filename": "page.exe"}, "not supported"),
        ({"filename": "\n"}, "file name is not valid"),
        ({"filename": None}, "'filename'"),
        ({"filename": ["a.csv"]}, "'filename'"),
        ({"size_in_bytes": "many"}, "whole number"),
        ({"size_in_bytes": "-1"}, "whole number"),
        ({"size_in_bytes": None}, "whole number"),
        ({"size_in_bytes": True}, "whole number"),
        ({"size_in_bytes": "9" * 30}, "whole number"),
        ({"size_in_bytes": "9" * 17}, "larger than"),
    ],
)
def test_what_cannot_be_uploaded_is_refused_at_the_start(changes, words, uploader):
    answer = uploader.begin(**changes)
    assert (answer.status_code, words in answer.json()["error"]) == (400, True)
    assert not Upload.objects.exists()


def test_fields_that_nobody_knows_are_ignored(uploader):
    assert uploader.begin(new_field={"a": 1}, size_in_bytes=len(CSV)).status_code == 200


def test_an_upload_that_stays_without_confirmation_fails(uploader):
    begun = uploader.begun()
    uploader.complete(begun, uploader.put_all(begun))
    expire(begun)
    progress = uploader.progress(begun)
    assert progress["error_type"] == "NEVER_CONFIRMED"
    assert "nobody confirmed it" in progress["error_message"]
    assert "nobody confirmed it" in uploader.confirm(begun).json()["error"]
    assert disk.kept_ids() == []


def test_an_upload_that_never_comes_fails(uploader):
    begun = uploader.begun()
    uploader.put(begun["presigned_posts"][0], CSV[:70])
    expire(begun)
    assert uploader.progress(begun)["error_type"] == "NEVER_COMPLETED"
    assert "Upload it again" in uploader.complete(begun, []).json()["error"]
    assert uploader.put(begun["presigned_posts"][0], CSV[:70]).status_code == 400
    assert disk.kept_ids() == []


def test_sweeping_leaves_what_is_still_awaited(uploader):
    begun = uploader.begun()
    parts = uploader.put_all(begun)
    sweep_uploads()
    assert uploader.complete(begun, parts).status_code == 200
    sweep_uploads()
    assert uploader.confirm(begun).status_code == 200
    sweep_uploads()
    run_all_jobs()
    assert uploader.progress(begun)["status"] == "complete"


def test_old_uploads_are_forgotten_and_their_datasets_stay(uploader):
    begun = uploader.upload()
    run_all_jobs()
    Upload.objects.update(expires_at=timezone.now() - timedelta(days=8))
    sweep_uploads()
    assert (Upload.objects.count(), Dataset.objects.count()) == (0, 1)
    answer = uploader("GET", "upload/v1/total_progress", upload_id=begun["upload_id"])
    assert answer.status_code == 404


def test_parts_that_are_gone_are_told_and_the_page_lets_one_try_again(uploader, alice_client):
    begun = uploader.upload()
    disk.discard_parts(Upload.objects.get().pk)
    run_all_jobs()
    assert uploader.progress(begun)["error_type"] == "UPLOAD_GONE"
    dataset = uploader.dataset(begun)
    alice_client.post(f"/datasets/{dataset.hex_id}/reread/")
    run_all_jobs()
    assert uploader.progress(begun)["error_type"] == "UPLOAD_GONE"


def test_a_dataset_that_is_deleted_ends_the_poll(uploader):
    begun = uploader.upload()
    delete_row(uploader.dataset(begun))
    run_all_jobs()
    answer = uploader("GET", "upload/v1/total_progress", upload_id=begun["upload_id"])
    assert answer.status_code == 404
    sweep_uploads()
    assert disk.kept_ids() == []
    assert not StoredFile.objects.filter(purge_after__isnull=True).exists()


def test_nobody_holds_uploads_without_number(uploader, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_OPEN", 2)
    uploader.begun()
    uploader.begun()
    assert "are not finished" in uploader.begin().json()["error"]


def test_uploads_of_others_look_like_missing_ones(uploader, client, bob):
    begun = uploader.begun()
    parts = uploader.put_all(begun)
    other = Uploading(client, bob)
    missing = {"upload_id": uuid4().hex}
    for answers in (
        [other.complete(upload, parts) for upload in (begun, missing)],
        [other.confirm(upload) for upload in (begun, missing)],
        [
            other("GET", "upload/v1/total_progress", upload_id=u["upload_id"])
            for u in (begun, missing)
        ],
        [other("GET", "upload/v1/dataset_id", upload_id=u["upload_id"]) for u in (begun, missing)],
    ):
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("wrong", ["", "x", "../x", "0" * 31, None, 7, ["a"]])
def test_ids_that_are_none_are_no_errors_of_ours(wrong, uploader):
    for address in ("upload/v1/file/complete", "upload/v1/confirm"):
        answer = uploader("POST", address, {"upload_id": wrong, "upload_parts": []})
        assert answer.status_code in {400, 404}
        assert isinstance(answer.json()["error"], str)
    for address in ("upload/v1/total_progress", "upload/v1/dataset_id"):
        assert uploader("GET", address, upload_id=str(wrong)).status_code == 404
        assert uploader("GET", address).status_code == 404


def test_who_may_only_look_uploads_nothing(client, alice, uploader):
    viewer = User.objects.create_user("viewer@example.org")
    Membership.objects.create(workspace=alice.workspaces.get(), user=viewer, role="viewer")
    begun = uploader.begun()
    other = Uploading(client, viewer)
    assert other.progress(begun)["status"] == "receiving"
    assert other.complete(begun, []).status_code == 403
    assert other.confirm(begun).status_code == 403


def test_an_address_is_fetched_only_where_the_operator_allows_it(uploader, settings):
    body = {"url": "https://example.org/a.csv", "schema_overrides": None}
    answer = uploader("POST", "upload/v1/url/initialize", body)
    assert "fetches no files from addresses" in answer.json()["error"]
    settings.UPLOAD_FROM_URL = True
    overrides = [{"name": "a", "column_type": "string"}]
    begun = uploader("POST", "upload/v1/url/initialize", body | {"schema_overrides": overrides})
    assert uploader.progress(begun.json())["status"] == "waiting for a worker"
    assert uploader.dataset(begun.json()).asked_types == {"a": "string"}
    refused = uploader("POST", "upload/v1/url/initialize", body | {"url": "http://127.0.0.1/a.csv"})
    assert refused.status_code == 400
    for wrong in ({}, {"url": 7}, {"url": "ftp://example.org/a.csv"}):
        assert uploader("POST", "upload/v1/url/initialize", wrong).status_code == 400


def test_bigquery_is_not_here_and_says_so(uploader):
    for method, address in (("POST", "initialize"), ("GET", "principal_account")):
        answer = uploader(method, f"upload/v1/bigquery/{address}")
        assert "reads nothing from BigQuery" in answer.json()["error"]
