"""Parts that go to S3 itself: it puts them together, or the client is told why not."""

from datetime import timedelta

import pytest
import requests
from botocore.exceptions import ClientError
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages
from django.utils import timezone

from client_api.models import Upload
from client_api.parts import s3
from client_api.sweeping import sweep_uploads
from studio.files import open_file
from studio.models import Dataset
from studio.settings import _read_storage

from ..client_api.uploading import CSV
from ..inline_jobs import run_all_jobs

pytestmark = pytest.mark.django_db
with_commits = pytest.mark.django_db(transaction=True)
PIECES = [CSV[:70], CSV[70:140], CSV[140:]]


def put_pieces(begun, pieces):
    """Past the product: all that is known of each is its ETag."""
    answers = [
        requests.put(url, data=piece, timeout=10)
        for url, piece in zip(begun["presigned_posts"], pieces, strict=False)
    ]
    return [
        {"ETag": answer.headers["ETag"].strip('"'), "PartNumber": number}
        for number, answer in enumerate(answers, start=1)
    ]


def is_nothing_left(bucket):
    return not bucket.find_keys() and not bucket.open_uploads()


@with_commits
def test_a_file_becomes_a_dataset_and_its_parts_go(uploader, in_s3):
    begun = uploader.begun()
    assert begun["part_sizes"] == [70, 70, len(CSV) - 140]
    assert all(in_s3.name in url for url in begun["presigned_posts"])
    parts = uploader.put_all(begun)
    assert in_s3.find_keys() == []
    assert uploader.complete(begun, parts).json() == {}
    assert in_s3.find_keys() == [f"some/prefix/parts/{begun['upload_id']}"]
    assert uploader.confirm(begun).json() == {}
    run_all_jobs()
    assert uploader.progress(begun) == {"status": "complete", "progress": 1.0}
    dataset = uploader.dataset(begun)
    assert dataset.n_rows == 12
    with open_file(dataset.upload_file) as file:
        assert file.read() == CSV
    assert [key.split("/")[2] for key in in_s3.find_keys()] == ["datasets", "uploads"]
    assert in_s3.open_uploads() == []


def test_each_etag_is_the_quoted_text_that_the_client_reads_as_json(uploader):
    answer = uploader.put(uploader.begun()["presigned_posts"][0], PIECES[0])
    etag = answer.headers["ETag"]
    assert (answer.status_code, etag[0], etag[-1]) == (200, '"', '"')
    assert etag.strip('"').isalnum()


def test_saying_it_again_changes_nothing(uploader):
    uploader.say_everything_again()
    run_all_jobs()
    assert Dataset.objects.get().n_rows == 12


@pytest.mark.parametrize(("is_complete", "status"), [(True, 200), (False, 400)])
def test_an_upload_that_s3_knows_no_more_is_whole_only_where_its_object_is(
    is_complete, status, uploader, monkeypatch
):
    """Its answer to an earlier request may have got lost. The server of the tests remembers."""
    begun = uploader.begun()
    parts = uploader.put_all(begun)
    if is_complete:
        uploader.complete(begun, parts)
        Upload.objects.update(status=Upload.Status.RECEIVING)
    monkeypatch.setattr(s3_client(), "complete_multipart_upload", know_nothing)
    assert uploader.complete(begun, parts).status_code == status


def s3_client():
    return storages["default"].connection.meta.client


def know_nothing(**asked):
    raise ClientError({"Error": {"Code": "NoSuchUpload"}}, "CompleteMultipartUpload")


WRONG_PARTS = {
    "missing": lambda parts: parts[:2],
    "twice": lambda parts: [parts[0], *parts],
    "out of order": lambda parts: parts[::-1],
    "another's ETag": lambda parts: [parts[0] | {"ETag": parts[1]["ETag"]}, *parts[1:]],
    "no ETag": lambda parts: [{"PartNumber": 1}, *parts[1:]],
    "a made-up ETag": lambda parts: [parts[0] | {"ETag": "../../x"}, *parts[1:]],
}


@pytest.mark.parametrize("name", WRONG_PARTS)
def test_parts_that_are_not_all_there_are_told(name, uploader, in_s3):
    begun = uploader.begun()
    parts = uploader.put_all(begun)
    answer = uploader.complete(begun, WRONG_PARTS[name](parts))
    assert answer.status_code == 400
    assert "part" in answer.json()["error"].lower()
    assert in_s3.find_keys() == []
    # Nothing is half made: the right list still completes it.
    assert uploader.complete(begun, parts).status_code == 200


def test_a_part_that_did_not_come_is_told(uploader, in_s3):
    begun = uploader.begun()
    parts = put_pieces(begun, PIECES[:2])
    invented = {"ETag": "0" * 32, "PartNumber": 3}
    answer = uploader.complete(begun, [*parts, invented])
    assert (answer.status_code, in_s3.find_keys()) == (400, [])
    assert "did not arrive as they were sent" in answer.json()["error"]


@pytest.mark.parametrize("last", [PIECES[2][:-1], PIECES[2] + b"more"])
def test_a_file_of_another_size_is_refused_and_nothing_of_it_stays(last, uploader, in_s3):
    begun = uploader.begun()
    parts = put_pieces(begun, [*PIECES[:2], last])
    answer = uploader.complete(begun, parts)
    assert (answer.status_code, is_nothing_left(in_s3)) == (400, True)
    assert "Upload the file again" in answer.json()["error"]
    assert "not complete yet" in uploader.confirm(begun).json()["error"]


def test_a_file_without_bytes_is_told_to_be_empty(uploader, in_s3):
    begun = uploader.upload(b"")
    assert (begun["part_sizes"], begun["presigned_posts"]) == ([], [])
    run_all_jobs()
    progress = uploader.progress(begun)
    assert (progress["error_type"], progress["error_message"]) == (
        "EMPTY_FILE",
        "The file is empty.",
    )


def test_a_file_that_went_before_it_was_read_is_told(uploader, in_s3):
    begun = uploader.upload()
    for key in in_s3.find_keys():
        in_s3.client.delete_object(Bucket=in_s3.name, Key=key)
    run_all_jobs()
    progress = uploader.progress(begun)
    assert progress["error_type"] == "UPLOAD_GONE"
    assert "Upload it again" in progress["error_message"]


@pytest.mark.parametrize("is_complete", [False, True])
def test_what_nobody_finishes_goes_from_the_bucket(is_complete, uploader, in_s3):
    begun = uploader.begun()
    parts = uploader.put_all(begun)
    if is_complete:
        uploader.complete(begun, parts)
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for _ in range(2):
        sweep_uploads()
        assert is_nothing_left(in_s3)
    assert uploader.progress(begun)["status"] == "error"


@pytest.mark.parametrize("is_complete", [False, True])
def test_what_has_no_row_any_more_goes_after_a_day(is_complete, uploader, in_s3, monkeypatch):
    """Such as parts of a dataset that was deleted before they were read."""
    begun, kept = uploader.begun(), uploader.begun()
    parts = uploader.put_all(begun)
    if is_complete:
        uploader.complete(begun, parts)
    in_s3.write("some/prefix/parts/of-somebody-else", b"")
    Upload.objects.filter(pk=begun["upload_id"]).delete()
    monkeypatch.setattr(s3, "STRAY_AFTER", timedelta(days=36_500))
    sweep_uploads()
    assert len(in_s3.find_keys() + in_s3.open_uploads()) == 3
    monkeypatch.setattr(s3, "STRAY_AFTER", timedelta(0))
    sweep_uploads()
    assert in_s3.find_keys() == ["some/prefix/parts/of-somebody-else"]
    (left,) = in_s3.open_uploads()
    assert left["Key"].endswith(kept["upload_id"])


@pytest.mark.parametrize("url", ["s3://", "s3:///prefix", "bucket", "https://example.org/bucket"])
def test_an_address_that_names_no_bucket_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="must look like s3://bucket/prefix"):
        _read_storage(url)


def test_without_a_prefix_all_is_at_the_top_of_the_bucket(uploader, in_s3, store_at):
    store_at(in_s3.environment["AWS_S3_ENDPOINT_URL"], f"s3://{in_s3.name}")
    begun = uploader.begun()
    uploader.complete(begun, uploader.put_all(begun))
    assert in_s3.find_keys() == [f"parts/{begun['upload_id']}"]
