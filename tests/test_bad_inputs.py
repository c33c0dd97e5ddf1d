"""The corpus of hostile and odd files, through the forms that people use."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.urls import reverse

from automl.problem import class_names
from studio.jobs.execution import execute
from studio.models import Dataset, Job, Project
from studio.project_data import read_given_labels

from .corpus import CORPUS, EXPECTATIONS, entries, form_error, upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_canary(tmp_path, monkeypatch):
    """Whatever a file tries to make when it is loaded or unpacked must not appear."""
    monkeypatch.chdir(tmp_path)
    yield
    canaries = {entry["canary"] for entry in EXPECTATIONS.values() if "canary" in entry}
    for folder in (tmp_path, tmp_path.parent, Path("/tmp"), CORPUS):
        assert not [name for name in canaries if (folder / Path(name).name).exists()]


def run_job(subject):
    job = Job.objects.get(subject_id=subject.pk)
    execute(job.pk, has_heartbeat=False)
    subject.refresh_from_db()
    return subject


def ingest(client, name):
    answer = upload(client, name, reverse("studio:dataset_create"))
    if answer.status_code == 422:
        return None, form_error(answer)
    assert answer.status_code == 302
    return run_job(Dataset.objects.get()), ""


@entries("ingest")
def test_an_upload_is_read_as_expected(name, alice_client):
    entry = EXPECTATIONS[name]
    dataset, refusal = ingest(alice_client, name)
    if entry["expect"] == "error":
        message = refusal if dataset is None else dataset.error_message
        if "\x00" in entry.get("upload_as", ""):
            # Django drops control characters of a multipart name before we see it: what is left
            # is refused for its type. The reader's own test has the name as it is.
            assert message.startswith("Files of type")
            return
        assert message.startswith(entry["message"]) or entry["message"].startswith(message)
        assert len(message) <= 200
        if dataset is not None:
            assert (dataset.status, dataset.error_code) == ("failed", entry["code"])
            assert dataset.error_line == entry.get("line", dataset.error_line)
            assert dataset.table_file is None
            page = alice_client.get(reverse("studio:dataset_detail", args=[dataset.pk]))
            assert page.status_code == 200
        else:
            assert not Dataset.objects.exists()
        return
    assert dataset.status == "ready", dataset.error_message
    assert dataset.n_rows == entry["rows"]
    if "columns" in entry:
        assert dataset.column_names == entry["columns"]
    codes = {warning["code"] for warning in dataset.warnings}
    assert codes >= set(entry.get("warnings", []))
    page = alice_client.get(reverse("studio:dataset_detail", args=[dataset.pk]))
    assert page.status_code == 200
    assert "<img src=x" not in page.content.decode()


@entries("project")
def test_a_project_is_made_or_refused_as_expected(name, alice_client):
    entry = EXPECTATIONS[name]
    dataset, _ = ingest(alice_client, name)
    assert dataset.status == "ready", dataset.error_message
    page = alice_client.get(reverse("studio:project_create") + f"?dataset={dataset.hex_id}")
    assert page.status_code == 200
    answer = alice_client.post(
        reverse("studio:project_create") + f"?dataset={dataset.hex_id}",
        project_fields(dataset, entry),
    )
    if entry["expect"] == "error":
        assert answer.status_code == 422
        assert form_error(answer).startswith(entry["message"])
        assert not Project.objects.exists()
        return
    assert answer.status_code == 302, form_error(answer)
    project = Project.objects.get()
    codes = {warning["code"] for warning in [*project.warnings, *dataset.warnings]}
    assert codes >= set(entry.get("warnings", []))
    assert dataset.n_rows == entry["rows"]
    if "classes" in entry:
        labels = read_given_labels(project)
        assert len(class_names(labels, project.problem_type)) == entry["classes"]


def project_fields(dataset, entry):
    positions = {name: i for i, name in enumerate(dataset.column_names)}
    label = next(n for n in positions if n in {"label", "labels", "churn", "target"})
    text = positions.get("text")
    fields = {
        "name": "corpus",
        "modality": "tabular" if text is None else "text",
        "problem_type": entry.get("task", "multi-class"),
        "label_column": positions[label],
        "feature_columns": [i for i in positions.values() if i != positions[label]],
        "idempotency_key": uuid4().hex,
    }
    return fields if text is None else fields | {"text_column": text}
