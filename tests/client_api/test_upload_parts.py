"""The parts of an upload: what order, size and address they come in with."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from client_api.models import Upload
from client_api.parts import disk
from studio.files import open_file

from ..inline_jobs import run_all_jobs
from .uploading import CSV

pytestmark = pytest.mark.django_db
with_commits = pytest.mark.django_db(transaction=True)


@with_commits
def test_parts_come_in_any_order_again_and_at_once(uploader):
    begun = uploader.begun()
    pieces = [CSV[:70], CSV[70:140], CSV[140:]]
    jobs = [*zip(begun["presigned_posts"], pieces, strict=True)]
    assert uploader.put(begun["presigned_posts"][0], b"x" * 70).status_code == 200
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda job: uploader.put(*job), [*jobs[::-1], *jobs]))
    etags = [json.loads(answer.headers["ETag"]) for answer in answers[3:]]
    parts = [{"ETag": etag, "PartNumber": i} for i, etag in enumerate(etags, start=1)]
    assert uploader.complete(begun, parts).status_code == 200
    uploader.confirm(begun)
    run_all_jobs()
    with open_file(uploader.dataset(begun).upload_file) as file:
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
def test_parts_that_are_not_all_there_are_told(name, uploader):
    change, words = WRONG_PARTS[name]
    begun = uploader.begun()
    parts = uploader.put_all(begun)
    answer = uploader.complete(begun, change(parts))
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    # Nothing is half made: the right list still completes it.
    assert uploader.complete(begun, parts).status_code == 200


def test_a_part_that_did_not_come_is_told(uploader):
    begun = uploader.begun()
    for url, content in zip(begun["presigned_posts"][:2], (CSV[:70], CSV[70:140]), strict=True):
        uploader.put(url, content)
    parts = [{"ETag": "x", "PartNumber": number} for number in (1, 2, 3)]
    assert "Part 1 of 3 did not arrive" in uploader.complete(begun, parts).json()["error"]


@pytest.mark.parametrize("content", [b"", b"x" * 69, b"x" * 71])
def test_a_part_of_another_size_is_refused_in_the_line_that_the_client_shows(content, uploader):
    answer = uploader.put(uploader.begun()["presigned_posts"][0], content)
    assert answer.status_code == 400
    assert answer.reason_phrase == f"Part 1 has {len(content)} bytes, but 70 were announced."
    assert list(disk._root().rglob("*-*")) == []


def test_a_part_that_is_sent_with_other_bytes_again_and_again_does_not_fill_the_disk(uploader):
    url = uploader.begun()["presigned_posts"][0]
    answers = [uploader.put(url, bytes([65 + i]) * 70) for i in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [400] * 2


def test_an_address_that_was_not_signed_takes_nothing(uploader):
    begun = uploader.begun()
    url = begun["presigned_posts"][0]
    for wrong in (url[:-1], url[:-3] + "abc", "/api/upload/v1/file/part/x"):
        assert uploader.put(wrong, CSV[:70]).status_code == 400
    Upload.objects.all().delete()
    assert uploader.put(url, CSV[:70]).status_code == 404


def test_an_address_is_good_for_a_day(uploader, monkeypatch):
    url = uploader.begun()["presigned_posts"][0]
    tomorrow = time.time() + 86_500
    monkeypatch.setattr("time.time", lambda: tomorrow)
    assert "too old" in uploader.put(url, CSV[:70]).reason_phrase


def test_a_completed_upload_takes_no_more_parts(uploader):
    begun = uploader.begun()
    parts = uploader.put_all(begun)
    uploader.complete(begun, parts)
    answer = uploader.put(begun["presigned_posts"][0], CSV[:70])
    assert (answer.status_code, answer.reason_phrase) == (400, "This upload takes no more parts.")
