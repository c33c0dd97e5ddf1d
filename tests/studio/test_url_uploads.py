"""Datasets from an address: fetched by a worker, under the rules for all outgoing requests."""

import time

import pytest
from django.urls import reverse

from automl.errors import InputError
from studio import url_fetching
from studio.models import Dataset, Job, StoredFile
from studio.trash import delete_row
from studio.url_uploads import create_dataset_from_url

from ..inline_jobs import run_all_jobs
from ..receivers import receiving, respond

pytestmark = pytest.mark.django_db

CSV = b"text,label\n" + b"".join(b"film %d,%s\n" % (i, b"good") for i in range(12))
PUBLIC = "https://example.org/reviews.csv"
CREATE = reverse("studio:url_dataset_create")
FORM = reverse("studio:dataset_create")


@pytest.fixture(autouse=True)
def _switched_on(settings):
    settings.UPLOAD_FROM_URL = True
    settings.OUTGOING_ALLOWED_HOSTS = ["127.0.0.1"]


def fetch(user, url, **options):
    dataset = create_dataset_from_url(user=user, url=url, **options)
    assert dataset.status == "ingesting"
    run_all_jobs()
    dataset.refresh_from_db()
    return dataset


def answer(body=CSV, status=200, **headers):
    return lambda handler: respond(handler, status, body, **headers)


def test_a_file_is_fetched_and_read_as_an_upload_is(alice):
    with receiving(answer()) as receiver:
        dataset = fetch(alice, receiver.url("/data/film%20reviews.csv?token=secret#top"))
    assert (dataset.status, dataset.n_rows) == ("ready", 12)
    assert (dataset.name, dataset.file_name) == ("film reviews", "film reviews.csv")
    assert dataset.upload_file.size_bytes == len(CSV)
    assert dataset.source_url == receiver.url("/data/film%20reviews.csv")
    assert list(Job.objects.values_list("kind", flat=True).order_by("created_at")) == [
        "url-upload",
        "ingestion",
    ]


@pytest.mark.parametrize(
    ("path", "headers", "file_name"),
    [
        ("/export?id=3", {"Content_Disposition": 'attachment; filename="w.csv"'}, "w.csv"),
        ("/a.csv", {"Content_Disposition": "attachment; filename=../../x.json"}, "x.json"),
        ("/a.csv", {"Content_Disposition": "attachment; filename=run.exe"}, "a.csv"),
        ("/a.csv", {"Content_Disposition": "attachment; filename=."}, "a.csv"),
        ("/export", {"Content_Type": "text/csv; charset=utf-8"}, "export.csv"),
        ("/", {"Content_Type": "application/json"}, "download.json"),
        ("/%2e%2e%2fetc%2fpasswd.csv", {}, "passwd.csv"),
        ("/%3Cb%3Ex%00.csv", {"Content_Type": "text/csv"}, "download.csv"),
    ],
)
def test_a_file_is_named_by_its_server_or_its_address(path, headers, file_name, alice):
    with receiving(answer(**headers)) as receiver:
        dataset = fetch(alice, receiver.url(path))
    assert dataset.file_name == file_name


@pytest.mark.parametrize(
    ("path", "answer", "code", "words"),
    [
        ("/a.csv", answer(b"private", 403), "NOT_FOUND", "answered 403 instead of a file"),
        ("/a.csv", answer(b""), "EMPTY_FILE", "is empty"),
        ("/page", answer(Content_Type="text/html"), "UNSUPPORTED_TYPE", "must end with .csv"),
        ("/a.csv", answer(b"<!doctype html><html>sign in"), "LOOKS_LIKE_HTML", "page"),
        ("/a.csv", answer(b"x" * 2_000_000), "FILE_TOO_LARGE", "larger than 1 MB"),
        ("/a.csv", answer(b"half", Content_Length="9"), "NO_ANSWER", "broke off"),
        ("/a.csv", answer(status=302, Location="/a.csv"), "TOO_MANY_REDIRECTS", "too often"),
        ("/a.csv", answer(status=302, Location="http://[::1]/"), "HOST_REFUSED", "not public"),
    ],
)
def test_what_goes_wrong_stands_on_the_dataset(
    path, answer, code, words, alice, alice_client, settings
):
    settings.MAX_UPLOAD_BYTES = 1024 * 1024
    with receiving(answer) as receiver:
        dataset = fetch(alice, receiver.url(path))
    assert (dataset.status, dataset.error_code) == ("failed", code)
    assert words in dataset.error_message
    assert len(dataset.error_message) <= 200
    page = alice_client.get(reverse("studio:dataset_detail", args=[dataset.pk])).text
    is_fetched = dataset.upload_file is not None
    assert ("Try again" in page) is not is_fetched
    assert StoredFile.objects.count() == is_fetched
    assert "private" not in page


def test_a_server_that_is_too_slow_is_given_up(alice, monkeypatch):
    monkeypatch.setattr(url_fetching, "FETCH_SECONDS", 0.3)

    def stop_halfway(handler):
        respond(handler, body=b"half", Content_Length="9")
        time.sleep(1)

    with receiving(stop_halfway) as receiver:
        dataset = fetch(alice, receiver.url("/a.csv"))
    assert (dataset.status, dataset.error_code) == ("failed", "TIMEOUT")


def test_a_fetch_that_failed_is_tried_again_by_a_button(alice, alice_client):
    answers = iter([answer(b"", 503), answer()])
    with receiving(lambda handler: next(answers)(handler)) as receiver:
        dataset = fetch(alice, receiver.url("/a.csv?token=secret"), name="My\r\nfilms")
        assert dataset.status == "failed"
        assert (
            "secret"
            not in alice_client.get(reverse("studio:dataset_detail", args=[dataset.pk])).text
        )
        alice_client.post(reverse("studio:dataset_reread", args=[dataset.pk]))
        run_all_jobs()
    dataset.refresh_from_db()
    assert (dataset.status, dataset.name, dataset.error_message) == ("ready", "My films", "")
    assert {path for _, path, _, _ in receiver.requests} == {"/a.csv?token=secret"}


def test_a_table_that_was_fetched_is_not_fetched_again_to_be_reread(alice, alice_client):
    with receiving(answer(b"a;b\n1;2\n")) as receiver:
        dataset = fetch(alice, receiver.url("/a.csv"))
        form = {"delimiter": ","}
        alice_client.post(reverse("studio:dataset_reread", args=[dataset.pk]), form)
        run_all_jobs()
    dataset.refresh_from_db()
    assert dataset.column_names == ["a;b"]
    assert len(receiver.requests) == 1


def test_a_dataset_that_is_deleted_meanwhile_is_not_fetched(alice):
    with receiving(answer()) as receiver:
        delete_row(create_dataset_from_url(user=alice, url=receiver.url("/a.csv")))
        run_all_jobs()
    assert receiver.requests == []
    assert not Job.objects.filter(kind="ingestion").exists()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.org/a.csv", "BAD_URL"),
        ("https://user:word@example.org/a.csv", "BAD_URL"),
        ("file:///etc/passwd", "BAD_URL"),
        ("https://169.254.169.254/latest/meta-data/a.csv", "HOST_REFUSED"),
        ("https://0x7f.1/a.csv", "HOST_REFUSED"),
    ],
)
def test_an_address_that_is_not_asked_makes_no_dataset(url, code, alice, alice_client, settings):
    settings.OUTGOING_ALLOWED_HOSTS = []
    with pytest.raises(InputError) as caught:
        create_dataset_from_url(user=alice, url=url)
    assert caught.value.code == code
    page = alice_client.post(CREATE, {"url": url})
    assert page.status_code == 422
    assert "field__error" in page.text
    assert not Dataset.objects.exists()


def test_nobody_keeps_all_workers_busy_with_fetching(alice, bob, monkeypatch):
    monkeypatch.setattr("studio.url_uploads.MAX_FETCHES", 1)
    create_dataset_from_url(user=alice, url=PUBLIC)
    with pytest.raises(InputError, match="are being fetched"):
        create_dataset_from_url(user=alice, url=PUBLIC)
    assert create_dataset_from_url(user=bob, url=PUBLIC)


def test_the_form_is_there_where_the_operator_has_switched_it_on(alice_client, settings):
    assert "From a URL" in alice_client.get(FORM).text
    answer = alice_client.post(CREATE, {"url": PUBLIC})
    dataset = Dataset.objects.get()
    assert answer.url == reverse("studio:dataset_detail", args=[dataset.pk])
    assert "Waiting for a worker" in alice_client.get(answer.url).text
    settings.UPLOAD_FROM_URL = False
    assert "From a URL" not in alice_client.get(FORM).text
    page = alice_client.post(CREATE, {"url": PUBLIC})
    assert page.status_code == 422
    assert "fetches no files" in page.text
    assert Dataset.objects.count() == 1


def test_a_form_without_an_address_says_so(alice_client):
    page = alice_client.post(CREATE, {"url": ""})
    assert page.status_code == 422
    assert "Enter the address of a file." in page.text
