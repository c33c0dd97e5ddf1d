"""Storage that goes away while work is done, and comes back."""

import pytest
from django.db import transaction
from django.urls import reverse

from studio import storage_errors
from studio.datasets import create_dataset, reread_dataset
from studio.files import local_path, purge_files_later, sweep_files
from studio.jobs import execution
from studio.models import Job, StoredFile
from studio.reconciler import repair
from studio.storage_errors import StorageUnavailableError

from ..client_api.uploading import CSV
from ..factories import make_cleanset
from ..inline_jobs import run_all_jobs
from ..receivers import receiving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(execution, "RETRY_SECONDS", (0, 0, 0))


@pytest.fixture
def dataset(in_s3, alice, tmp_path):
    """Stored, and not read yet."""
    path = tmp_path / "words.csv"
    path.write_bytes(CSV)
    return create_dataset(
        user=alice, workspace=alice.workspaces.get(), name="words", file_name="words.csv", path=path
    )


@pytest.fixture
def go_away(store_at):
    def go_away():
        with receiving() as server:
            nobody = server.url("")
        store_at(nobody, "s3://bucket/prefix")

    return go_away


@pytest.fixture
def come_back(store_at, bucket):
    return lambda: store_at(
        bucket.environment["AWS_S3_ENDPOINT_URL"], bucket.environment["STORAGE_URL"]
    )


def is_read(dataset):
    run_all_jobs()
    dataset.refresh_from_db()
    return dataset.status == "ready"


def read_again(dataset):
    return reread_dataset(dataset=dataset, encoding="", delimiter="", asked_types={})


def test_a_job_tries_again_then_says_so_and_may_be_started_anew(dataset, go_away, come_back):
    go_away()
    assert not is_read(dataset)
    assert Job.objects.get().attempt == len(execution.RETRY_SECONDS) + 1
    assert (dataset.error_code, dataset.error_message) == (
        storage_errors.CODE,
        storage_errors.MESSAGE,
    )
    come_back()
    assert read_again(dataset)
    assert is_read(dataset)


def test_a_job_that_cannot_store_what_it_made_keeps_none_of_it(dataset, in_s3):
    n_files = StoredFile.objects.filter(purge_after__isnull=True).count()
    local_path(dataset.upload_file)
    in_s3.remove()
    assert not is_read(dataset)
    assert dataset.error_code == storage_errors.CODE
    assert dataset.table_file is None
    assert StoredFile.objects.filter(purge_after__isnull=True).count() == n_files


def test_how_a_run_ended_is_said_though_its_files_cannot_be_removed(dataset, go_away, monkeypatch):
    """What it had stored is left to the sweep."""

    def store_and_lose(run):
        path = run.folder / "table"
        path.write_bytes(b"rows")
        run.put_file("datasets", path)
        go_away()
        run.put_file("datasets", path)

    monkeypatch.setattr("studio.ingestion.ingest", store_and_lose)
    assert not is_read(dataset)
    assert dataset.error_code == storage_errors.CODE
    assert not Job.objects.filter(state__in=Job.PENDING).exists()


def test_what_is_to_be_removed_waits_until_storage_is_back(dataset, go_away, come_back, in_s3):
    purge_files_later([dataset.upload_file])
    go_away()
    with pytest.raises(StorageUnavailableError), transaction.atomic():
        sweep_files()
    # The other repairs go on.
    repair()
    assert StoredFile.objects.count() == 1
    come_back()
    dataset.delete()
    assert sweep_files() == 1
    assert in_s3.find_keys() == []


def test_pages_over_files_say_so_and_work_again(
    in_s3, alice, alice_client, tmp_path, go_away, come_back
):
    cleanset = make_cleanset(alice, tmp_path)
    names = ("studio:cleanset_export", "studio:cleanset_analytics")
    pages = [reverse(name, args=[cleanset.pk]) for name in names]
    pages.append(alice_client.get(reverse("studio:cleanset_detail", args=[cleanset.pk])).url)
    go_away()
    for page in pages:
        answer = alice_client.get(page)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert storage_errors.MESSAGE in answer.content.decode()
    come_back()
    assert [alice_client.get(page).status_code for page in pages] == [200] * 3
