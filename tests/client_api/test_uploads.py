"""Uploads in parts, request by request, and what can be wrong with them."""

import io
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from client_api import uploads
from client_api.models import Upload
from client_api.parts import disk
from client_api.sweeping import sweep_uploads
from studio.files import open_file
from studio.models import Dataset, Job, Membership, StoredFile, User
from studio.trash import delete_row

from ..inline_jobs import run_all_jobs
from .asking import Asking

pytestmark = pytest.mark.django_db
with_commits = pytest.mark.django_db(transaction=True)

CSV = b"text,label\n" + b"".join(b"film %d,%s\n" % (i, (b"good", b"bad")[i % 2]) for i in range(12))


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch, tmp_path, settings):
    """The file comes in three of them."""
    cache.clear()
    monkeypatch.setattr(uploads, "PART_BYTES", 70)
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"


class Uploading(Asking):
    def begin(self, content=CSV, filename="film reviews.csv", **changes):
        body = {"size_in_bytes": str(len(content)), "filename": filename, "file_type": "text/csv"}
        return self("POST", "upload/v1/file/initialize", body | changes)

    def begun(self, content=CSV, **changes):
        answer = self.begin(content, **changes)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def put(self, url, content):
        """Neither a key nor a content type comes with it."""
        return Client().generic("PUT", url, content, content_type="")

    def put_all(self, begun, content=CSV):
        file = io.BytesIO(content)
        answers = [
            self.put(url, file.read(size))
            for url, size in zip(begun["presigned_posts"], begun["part_sizes"], strict=True)
        ]
        return [
            {"ETag": json.loads(answer.headers["ETag"]), "PartNumber": number}
            for number, answer in enumerate(answers, start=1)
        ]

    def complete(self, begun, parts):
        body = {"upload_id": begun["upload_id"], "upload_parts": parts}
        return self("POST", "upload/v1/file/complete", body)

    def confirm(self, begun, overrides=None):
        body = {"upload_id": begun["upload_id"], "schema_overrides": overrides}
        return self("POST", "upload/v1/confirm", body)

    def upload(self, content=CSV, overrides=None, **changes):
        begun = self.begun(content, **changes)
        assert self.complete(begun, self.put_all(begun, content)).status_code == 200
        assert self.confirm(begun, overrides).status_code == 200
        return begun

    def progress(self, begun):
        return self.get("upload/v1/total_progress", upload_id=begun["upload_id"])

    def dataset(self, begun):
        answer = self.get("upload/v1/dataset_id", upload_id=begun["upload_id"])
        return Dataset.objects.get(pk=answer["dataset_id"])


@pytest.fixture
def script(client, alice):
    return Uploading(client, alice)


def expire(begun):
    Upload.objects.filter(pk=begun["upload_id"]).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )
    sweep_uploads()


@with_commits
def test_a_file_becomes_a_dataset(script):
    begun = script.begun()
    assert begun["part_sizes"] == [70, 70, len(CSV) - 140]
    assert all(url.startswith("http://testserver/api/") for url in begun["presigned_posts"])
    assert script.complete(begun, script.put_all(begun)).json() == {}
    assert script.progress(begun) == {"status": "received", "progress": 0.0}
    assert script.confirm(begun).json() == {}
    assert script.progress(begun)["status"] == "waiting for a worker"
    run_all_jobs()
    assert script.progress(begun) == {"status": "complete", "progress": 1.0}
    dataset = script.dataset(begun)
    assert (dataset.name, dataset.file_name) == ("film reviews", "film reviews.csv")
    assert (dataset.n_rows, dataset.upload_file.size_bytes) == (12, len(CSV))
    assert disk.kept_ids() == []


@with_commits
def test_parts_come_in_any_order_again_and_at_once(script):
    begun = script.begun()
    pieces = [CSV[:70], CSV[70:140], CSV[140:]]
    jobs = [*zip(begun["presigned_posts"], pieces, strict=True)]
    assert script.put(begun["presigned_posts"][0], b"x" * 70).status_code == 200
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda job: script.put(*job), [*jobs[::-1], *jobs]))
    etags = [json.loads(answer.headers["ETag"]) for answer in answers[3:]]
    parts = [{"ETag": etag, "PartNumber": i} for i, etag in enumerate(etags, start=1)]
    assert script.complete(begun, parts).status_code == 200
    script.confirm(begun)
    run_all_jobs()
    with open_file(script.dataset(begun).upload_file) as file:
        assert file.read() == CSV


WRONG_PARTS = {
    "missing": (lambda parts: parts[:2], "Part 3 of 3 is missing"),
    "twice": (lambda parts: [parts[0], *parts], "Part 1 of 3 is named twice"),
    "out of order": (lambda parts: parts[::-1], "in this order"),
    "too many": (lambda parts: [*parts, {"ETag": "x", "PartNumber": 4}], "numbered 1 to 3"),
    "none": (lambda parts: [], "Part 1 of 3 is missing"),
    "another's ETag": (lambda parts: [parts[0] | {"ETag": parts[1]["ETag"]}, *parts[1:]], "Part 1"),
    "a path": (lambda parts: [parts[0] | {"ETag": "../../x"}, *parts[1:]], "Part 1 of 3 did not"),
    "no ETag": (lambda parts: [{"PartNumber": 1}, *parts[1:]], "needs the ETag"),
    "other types": (lambda parts: ["x"], "must be a list of objects"),
    "no list": (lambda parts: {"a": 1}, "must be a list of objects"),
}


@pytest.mark.parametrize("name", WRONG_PARTS)
def test_parts_that_are_not_all_there_are_told(name, script):
    change, words = WRONG_PARTS[name]
    begun = script.begun()
    parts = script.put_all(begun)
    answer = script.complete(begun, change(parts))
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    # Nothing is half made: the right list still completes it.
    assert script.complete(begun, parts).status_code == 200


def test_a_part_that_did_not_come_is_told(script):
    begun = script.begun()
    for url, content in zip(begun["presigned_posts"][:2], (CSV[:70], CSV[70:140]), strict=True):
        script.put(url, content)
    parts = [{"ETag": "x", "PartNumber": number} for number in (1, 2, 3)]
    assert "Part 1 of 3 did not arrive" in script.complete(begun, parts).json()["error"]


@pytest.mark.parametrize("content", [b"", b"x" * 69, b"x" * 71])
def test_a_part_of_another_size_is_refused_in_the_line_that_the_client_shows(content, script):
    answer = script.put(script.begun()["presigned_posts"][0], content)
    assert answer.status_code == 400
    assert answer.reason_phrase == f"Part 1 has {len(content)} bytes, but 70 were announced."
    assert list(disk._root().rglob("*-*")) == []


def test_a_part_that_is_sent_with_other_bytes_again_and_again_does_not_fill_the_disk(script):
    url = script.begun()["presigned_posts"][0]
    answers = [script.put(url, bytes([65 + i]) * 70) for i in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [400] * 2


def test_an_address_that_was_not_signed_takes_nothing(script):
    begun = script.begun()
    url = begun["presigned_posts"][0]
    for wrong in (url[:-1], url[:-3] + "abc", "/api/upload/v1/file/part/x"):
        assert script.put(wrong, CSV[:70]).status_code == 400
    Upload.objects.all().delete()
    assert script.put(url, CSV[:70]).status_code == 404


def test_an_address_is_good_for_a_day(script, monkeypatch):
    url = script.begun()["presigned_posts"][0]
    tomorrow = time.time() + 86_500
    monkeypatch.setattr("time.time", lambda: tomorrow)
    assert "too old" in script.put(url, CSV[:70]).reason_phrase


def test_a_completed_upload_takes_no_more_parts(script):
    begun = script.begun()
    parts = script.put_all(begun)
    script.complete(begun, parts)
    answer = script.put(begun["presigned_posts"][0], CSV[:70])
    assert (answer.status_code, answer.reason_phrase) == (400, "This upload takes no more parts.")


def test_saying_it_again_changes_nothing(script):
    begun = script.begun()
    parts = script.put_all(begun)
    for _ in range(2):
        assert script.complete(begun, parts).status_code == 200
    for _ in range(2):
        assert script.confirm(begun).status_code == 200
    assert script.complete(begun, parts).status_code == 200
    run_all_jobs()
    assert Dataset.objects.count() == 1
    assert sorted(Job.objects.values_list("kind", flat=True)) == ["client-upload", "ingestion"]


def test_what_is_not_complete_cannot_be_confirmed(script):
    begun = script.begun()
    assert "not complete yet" in script.confirm(begun).json()["error"]
    answer = script("GET", "upload/v1/dataset_id", upload_id=begun["upload_id"])
    assert "was not confirmed" in answer.json()["error"]


def test_a_file_without_bytes_is_told_to_be_empty(script):
    begun = script.upload(b"")
    assert (begun["part_sizes"], begun["presigned_posts"]) == ([], [])
    run_all_jobs()
    assert script.progress(begun) == {
        "status": "error",
        "progress": 0.0,
        "error_type": "EMPTY_FILE",
        "error_message": "The file is empty.",
    }


def test_what_is_wrong_with_a_file_is_told_with_its_line(script):
    begun = script.upload(b"a,b\n1,2\n3,4,5\n6,7\n")
    run_all_jobs()
    progress = script.progress(begun)
    assert (progress["status"], progress["error_type"]) == ("error", "RAGGED_ROWS")
    assert "3" in progress["error_message"]


def test_asked_types_are_kept_and_checked(script):
    begun = script.upload(overrides=[{"name": "label", "column_type": "string", "new": 1}])
    run_all_jobs()
    assert script.dataset(begun).asked_types == {"label": "string"}
    begun = script.upload(overrides=[{"name": "label", "column_type": "integer"}])
    run_all_jobs()
    progress = script.progress(begun)
    assert progress["error_type"] == "WRONG_TYPE"
    assert "row 1 has 'good'" in progress["error_message"]
    begun = script.upload(overrides=[{"name": "nothing", "column_type": "integer"}])
    run_all_jobs()
    assert script.progress(begun)["error_type"] == "UNKNOWN_COLUMN"


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
def test_overrides_that_are_none_are_told_before_anything_starts(overrides, words, script):
    begun = script.begun()
    script.complete(begun, script.put_all(begun))
    answer = script.confirm(begun, overrides)
    assert (answer.status_code, words in answer.json()["error"]) == (400, True)
    assert not Dataset.objects.exists()
    assert script.confirm(begun, [{"name": "label", "column_type": "untyped"}]).status_code == 200


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
def test_what_cannot_be_uploaded_is_refused_at_the_start(changes, words, script):
    answer = script.begin(**changes)
    assert (answer.status_code, words in answer.json()["error"]) == (400, True)
    assert not Upload.objects.exists()


def test_fields_that_nobody_knows_are_ignored(script):
    assert script.begin(new_field={"a": 1}, size_in_bytes=len(CSV)).status_code == 200


def test_an_upload_that_stays_without_confirmation_fails(script):
    begun = script.begun()
    script.complete(begun, script.put_all(begun))
    expire(begun)
    progress = script.progress(begun)
    assert progress["error_type"] == "NEVER_CONFIRMED"
    assert "nobody confirmed it" in progress["error_message"]
    assert "nobody confirmed it" in script.confirm(begun).json()["error"]
    assert disk.kept_ids() == []


def test_an_upload_that_never_comes_fails(script):
    begun = script.begun()
    script.put(begun["presigned_posts"][0], CSV[:70])
    expire(begun)
    assert script.progress(begun)["error_type"] == "NEVER_COMPLETED"
    assert "Upload it again" in script.complete(begun, []).json()["error"]
    assert script.put(begun["presigned_posts"][0], CSV[:70]).status_code == 400
    assert disk.kept_ids() == []


def test_sweeping_leaves_what_is_still_awaited(script):
    begun = script.begun()
    parts = script.put_all(begun)
    sweep_uploads()
    assert script.complete(begun, parts).status_code == 200
    sweep_uploads()
    assert script.confirm(begun).status_code == 200
    sweep_uploads()
    run_all_jobs()
    assert script.progress(begun)["status"] == "complete"


def test_old_uploads_are_forgotten_and_their_datasets_stay(script):
    begun = script.upload()
    run_all_jobs()
    Upload.objects.update(expires_at=timezone.now() - timedelta(days=8))
    sweep_uploads()
    assert (Upload.objects.count(), Dataset.objects.count()) == (0, 1)
    answer = script("GET", "upload/v1/total_progress", upload_id=begun["upload_id"])
    assert answer.status_code == 404


def test_parts_that_are_gone_are_told_and_the_page_lets_one_try_again(script, alice_client):
    begun = script.upload()
    disk.discard_parts(Upload.objects.get().pk)
    run_all_jobs()
    assert script.progress(begun)["error_type"] == "UPLOAD_GONE"
    dataset = script.dataset(begun)
    alice_client.post(f"/datasets/{dataset.hex_id}/reread/")
    run_all_jobs()
    assert script.progress(begun)["error_type"] == "UPLOAD_GONE"


def test_a_dataset_that_is_deleted_ends_the_poll(script):
    begun = script.upload()
    delete_row(script.dataset(begun))
    run_all_jobs()
    answer = script("GET", "upload/v1/total_progress", upload_id=begun["upload_id"])
    assert answer.status_code == 404
    sweep_uploads()
    assert disk.kept_ids() == []
    assert not StoredFile.objects.filter(purge_after__isnull=True).exists()


def test_nobody_holds_uploads_without_number(script, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_OPEN", 2)
    script.begun()
    script.begun()
    assert "are not finished" in script.begin().json()["error"]


def test_uploads_of_others_look_like_missing_ones(script, client, bob):
    begun = script.begun()
    parts = script.put_all(begun)
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
def test_ids_that_are_none_are_no_errors_of_ours(wrong, script):
    for address in ("upload/v1/file/complete", "upload/v1/confirm"):
        answer = script("POST", address, {"upload_id": wrong, "upload_parts": []})
        assert answer.status_code in {400, 404}
        assert isinstance(answer.json()["error"], str)
    for address in ("upload/v1/total_progress", "upload/v1/dataset_id"):
        assert script("GET", address, upload_id=str(wrong)).status_code == 404
        assert script("GET", address).status_code == 404


def test_who_may_only_look_uploads_nothing(client, alice, script):
    viewer = User.objects.create_user("viewer@example.org")
    Membership.objects.create(workspace=alice.workspaces.get(), user=viewer, role="viewer")
    begun = script.begun()
    other = Uploading(client, viewer)
    assert other.progress(begun)["status"] == "receiving"
    assert other.complete(begun, []).status_code == 403
    assert other.confirm(begun).status_code == 403


def test_an_address_is_fetched_only_where_the_operator_allows_it(script, settings):
    body = {"url": "https://example.org/a.csv", "schema_overrides": None}
    answer = script("POST", "upload/v1/url/initialize", body)
    assert "fetches no files from addresses" in answer.json()["error"]
    settings.UPLOAD_FROM_URL = True
    overrides = [{"name": "a", "column_type": "string"}]
    begun = script("POST", "upload/v1/url/initialize", body | {"schema_overrides": overrides})
    assert script.progress(begun.json())["status"] == "waiting for a worker"
    assert script.dataset(begun.json()).asked_types == {"a": "string"}
    refused = script("POST", "upload/v1/url/initialize", body | {"url": "http://127.0.0.1/a.csv"})
    assert refused.status_code == 400
    for wrong in ({}, {"url": 7}, {"url": "ftp://example.org/a.csv"}):
        assert script("POST", "upload/v1/url/initialize", wrong).status_code == 400


def test_bigquery_is_not_here_and_says_so(script):
    for method, address in (("POST", "initialize"), ("GET", "principal_account")):
        answer = script(method, f"upload/v1/bigquery/{address}")
        assert "reads nothing from BigQuery" in answer.json()["error"]
