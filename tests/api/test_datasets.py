"""Datasets over the API: brought, read, listed, deleted."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from studio.models import Dataset

from ..inline_jobs import run_all_jobs
from .conftest import error_of

pytestmark = pytest.mark.django_db
LINES = "text,label\n" + "".join(f"text {i},{'ab'[i % 2]}\n" for i in range(30))


def csv_file(text=LINES, name="words.csv"):
    return SimpleUploadedFile(name, text.encode())


def test_a_file_is_brought_and_read(api):
    brought = api.upload("/datasets", csv_file(), name="  my   words ")
    assert brought.status_code == 201
    made = brought.json()
    assert (made["name"], made["status"], made["n_rows"]) == ("my words", "ingesting", 0)
    assert made["progress"]["text"] == "Waiting for a worker"
    run_all_jobs()
    read = api.get(f"/datasets/{made['id']}").json()
    assert (read["status"], read["n_rows"], read["progress"]) == ("ready", 30, None)
    assert [column["name"] for column in read["columns"]] == ["text", "label"]
    assert read["error"] is None


def test_without_a_name_it_is_called_as_its_file(api):
    assert api.upload("/datasets", csv_file()).json()["name"] == "words"


def test_a_file_that_cannot_be_read_says_where(api):
    made = api.upload("/datasets", csv_file(LINES + "a,b,c\n")).json()
    run_all_jobs()
    read = api.get(f"/datasets/{made['id']}").json()
    assert read["status"] == "failed"
    assert read["error"]["code"] == "RAGGED_ROWS"
    assert read["error"]["line"] == 32


def test_what_is_no_table_is_refused(api, settings):
    assert error_of(api.upload("/datasets", csv_file("", "x.csv")), 422) == "EMPTY_FILE"
    assert error_of(api.upload("/datasets", csv_file(name="x.exe")), 422) == "UNSUPPORTED_TYPE"
    settings.MAX_UPLOAD_BYTES = 100
    assert error_of(api.upload("/datasets", csv_file()), 413) == "TOO_LARGE"
    assert not Dataset.objects.exists()


def test_an_upload_without_a_file_says_so(api):
    answer = api.upload("/datasets", "not a file")
    assert error_of(answer, 422) == "INVALID_REQUEST"
    assert answer.json()["error"]["fields"] == [{"field": "file", "message": "“file” is required."}]
    broken = {"content_type": "multipart/form-data", "data": BytesIO(b"x").read()}
    assert error_of(api.post("/datasets", **broken), 400) == "BAD_REQUEST"


def test_addresses_are_fetched_only_where_the_operator_allows_it(api, settings):
    body = {"url": "https://example.org/words.csv", "name": "far"}
    assert error_of(api.post("/datasets/from-url", body), 403) == "URL_UPLOADS_OFF"
    settings.UPLOAD_FROM_URL = True
    made = api.post("/datasets/from-url", body)
    assert made.status_code == 201
    assert made.json()["source_url"] == body["url"]
    assert error_of(api.post("/datasets/from-url", {"url": "ftp://x"}), 422) == "BAD_URL"


def test_a_list_is_read_in_parts_newest_first(api, cleanset):
    for i in range(3):
        api.upload("/datasets", csv_file(name=f"{i}.csv"))
    part = api.get("/datasets?limit=2&offset=1").json()
    assert [item["name"] for item in part["items"]] == ["1", "0"]
    assert (part["total"], part["limit"], part["offset"]) == (4, 2, 1)
    assert error_of(api.get("/datasets?limit=0"), 422) == "INVALID_REQUEST"
    assert error_of(api.get("/datasets?offset=x"), 422) == "INVALID_REQUEST"


def test_a_dataset_is_deleted_with_all_below_it(api, model):
    dataset_id = model.cleanset.project.dataset_id
    assert api.delete(f"/datasets/{dataset_id}").status_code == 204
    assert error_of(api.get(f"/datasets/{dataset_id.hex}"), 404) == "NOT_FOUND"


def test_a_name_that_cannot_be_kept_is_refused(api):
    for name in ("x" * 256, "a\0b"):
        assert error_of(api.upload("/datasets", csv_file(), name=name), 422) == "INVALID_REQUEST"
