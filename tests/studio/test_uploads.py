"""Uploading, trying a sample, and making a project of it."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from automl.project_guess import guess_setup
from studio.jobs.execution import execute
from studio.models import Dataset, Job, Project, StoredFile
from studio.samples import SAMPLES, sample_path

pytestmark = pytest.mark.django_db(transaction=True)

GUESSES = {
    "banking": ("text", "multi-class", "label", "text"),
    "churn": ("tabular", "multi-class", "churn", None),
    "emotions": ("text", "multi-label", "labels", "text"),
}


def ingest(dataset):
    job = Job.objects.filter(subject_id=dataset.pk).latest("created_at")
    execute(job.pk, has_heartbeat=False)
    dataset.refresh_from_db()
    return dataset


def upload(client, content, name="rows.csv"):
    return client.post(
        reverse("studio:dataset_create"), {"file": SimpleUploadedFile(name, content)}
    )


@pytest.mark.parametrize("key", GUESSES)
def test_each_sample_is_read_and_guessed_right(key, alice_client):
    assert alice_client.post(reverse("studio:sample_create"), {"key": key}).status_code == 302
    dataset = ingest(Dataset.objects.get())
    guess = guess_setup(dataset.profiles, dataset.n_rows)
    found = (guess["modality"], guess["problem_type"], guess["label_column"], guess["text_column"])
    assert found == GUESSES[key]
    assert dataset.sample_note


def test_every_sample_is_small_and_has_its_licence_written_down(settings):
    licences = (settings.BASE_DIR / "samples/LICENCES.md").read_text()
    for sample in SAMPLES:
        assert sample_path(sample).stat().st_size < 1024 * 1024
        assert sample.file in licences


def test_a_file_above_the_limit_is_refused_and_nothing_stays(alice_client, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    answer = upload(alice_client, b"text,label\n" + b"hello,a\n" * 100_000)
    assert answer.status_code == 413
    assert "larger than" in answer.content.decode()
    assert not Dataset.objects.exists()
    assert not StoredFile.objects.exists()
    assert list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()) == []


def test_a_form_without_a_file_says_so(alice_client):
    answer = alice_client.post(reverse("studio:dataset_create"), {})
    assert answer.status_code == 422
    assert "Choose a file first." in answer.content.decode()


def test_a_file_can_be_read_again_in_another_way(alice_client):
    upload(alice_client, "text;label\nna\u00efve;a\nplain;b\n".encode("windows-1252"))
    dataset = ingest(Dataset.objects.get())
    assert (dataset.encoding, dataset.delimiter) == ("windows-1252", ";")
    url = reverse("studio:dataset_reread", args=[dataset.pk])
    alice_client.post(url, {"encoding": "iso-8859-1", "delimiter": ";"})
    assert ingest(dataset).encoding == "iso-8859-1"
    assert dataset.n_rows == 2


def test_two_presses_of_find_issues_make_one_project(alice_client):
    upload(alice_client, b"text,label\n" + b"".join(b"row %d,%d\n" % (i, i % 2) for i in range(20)))
    dataset = ingest(Dataset.objects.get())
    form = {
        "name": "twice",
        "modality": "text",
        "problem_type": "multi-class",
        "label_column": 1,
        "text_column": 0,
        "idempotency_key": uuid4().hex,
    }
    url = reverse("studio:project_create") + f"?dataset={dataset.hex_id}"
    for _ in range(2):
        assert alice_client.post(url, form).status_code == 302
    assert Project.objects.count() == 1
    assert Job.objects.filter(kind="analysis").count() == 1


def test_a_dataset_with_projects_is_not_read_again(alice_client):
    test_two_presses_of_find_issues_make_one_project(alice_client)
    dataset = Dataset.objects.get()
    url = reverse("studio:dataset_reread", args=[dataset.pk])
    alice_client.post(url, {"encoding": "utf-8", "delimiter": ","})
    dataset.refresh_from_db()
    assert dataset.status == "ready"
