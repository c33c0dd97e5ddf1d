"""The disk runs full while a file comes in, is stored, read or predicted: it is said why."""

import errno
from contextlib import nullcontext
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.urls import reverse

from inference import prediction
from inference.models import InferenceResult, PredictionSlice
from inference.slices import SliceRows
from studio import full_disk
from studio.files import sweep_files
from studio.jobs.execution import execute
from studio.models import Job, StoredFile

from ..full_disk import full_for_files, full_for_tables
from ..inline_jobs import read_predictions, run_all_jobs

pytestmark = pytest.mark.django_db(transaction=True)

FILE = "size,colour\n" + "".join(f"{i % 10},red\n" for i in range(95))
# Larger than what is buffered, and smaller: then it is written when the upload is complete.
SIZES = {"while it streams": 200_000, "at its end": 100}


@pytest.fixture
def folder(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    return settings.FILE_UPLOAD_TEMP_DIR


@pytest.fixture
def post(alice_client, small_model, folder):
    def post(content=FILE):
        file = SimpleUploadedFile("new.csv", content.encode())
        fields = {"file": file, "idempotency_key": uuid4().hex}
        return alice_client.post(reverse("inference:result_create", args=[small_model.pk]), fields)

    return post


def nothing_was_kept(folder, n_files):
    left = list(folder.glob("*")) if folder.exists() else []
    return not (left or InferenceResult.objects.exists() or Job.objects.exists()) and (
        StoredFile.objects.count() == n_files
    )


@pytest.mark.parametrize("when", SIZES)
def test_an_upload_that_does_not_fit_is_refused_on_its_form(post, folder, when):
    n_files = StoredFile.objects.count()
    with full_for_files():
        answer = post(FILE + "1,red\n" * SIZES[when])
    assert answer.status_code == 507
    assert answer.context["form"].errors["file"] == [full_disk.MESSAGE]
    assert nothing_was_kept(folder, n_files)
    assert post().status_code == 302


@pytest.mark.parametrize("address", ["studio:dataset_create", "studio:import_create"])
def test_so_are_datasets_and_corrections(small_model, alice_client, folder, address):
    ids = [small_model.cleanset_id] if "import" in address else []
    with full_for_files():
        answer = alice_client.post(
            reverse(address, args=ids), {"file": SimpleUploadedFile("new.csv", FILE.encode())}
        )
    assert answer.status_code == 507
    assert full_disk.MESSAGE in answer.content.decode()


def test_a_file_that_cannot_be_stored_is_refused_on_a_page(post, folder, monkeypatch):
    n_files = StoredFile.objects.count()
    monkeypatch.setattr("studio.files._write_durably", fill_up)
    answer = post()
    assert answer.status_code == 507
    assert full_disk.MESSAGE in answer.content.decode()
    assert nothing_was_kept(folder, n_files)


def fill_up(source, target):
    with Path("/dev/full").open("wb") as device:
        device.write(source.read_bytes())


def scratch(settings):
    return list((Path(settings.CACHE_DIR) / "scratch").glob("*"))


@pytest.mark.parametrize("when", ["reading", "predicting", "storing"])
def test_a_job_that_does_not_fit_fails_with_that_reason_and_another_one_succeeds(
    when, bring, settings, monkeypatch
):
    monkeypatch.setattr(prediction, "SLICE_ROWS", {"tabular": SliceRows(23, 30)})
    monkeypatch.setattr("tests.inference.conftest.run_all_jobs", lambda: None)
    result = bring(FILE, key="full")
    with full_for_tables() if when == "reading" else nullcontext():
        run_next()
    full = {"predicting": full_for_tables, "storing": full_for_files}.get(when, nullcontext)
    with full():
        run_all_jobs()
    result.refresh_from_db()
    assert (result.status, result.error_code) == ("failed", full_disk.CODE)
    assert result.error_message == full_disk.MESSAGE
    assert not Job.objects.filter(state__in=Job.PENDING).exists()
    assert not PredictionSlice.objects.exists()
    assert result.result_file is None
    assert scratch(settings) == []
    sweep_files()
    rows = StoredFile.objects.values_list("key", flat=True)
    assert [key for key in rows if not default_storage.exists(key)] == []
    monkeypatch.undo()
    again = bring(FILE, key="again")
    assert (again.status, len(read_predictions(again))) == ("ready", 96)


def run_next():
    job = Job.objects.filter(state=Job.State.QUEUED).earliest("created_at")
    execute(job.pk, has_heartbeat=False)


@pytest.mark.parametrize(
    "words", ["database or disk is full", "could not extend file: No space left on device"]
)
def test_a_database_without_room_is_told_from_one_that_is_busy(words):
    assert full_disk.is_disk_full(OperationalError(words))
    assert not full_disk.is_disk_full(OperationalError("database is locked"))


def test_the_reason_is_found_behind_other_errors():
    outer = ValueError()
    outer.__context__ = OSError(errno.ENOSPC, "No space left on device")
    assert full_disk.is_disk_full(outer)
    assert not full_disk.is_disk_full(ValueError())
