"""From a file on somebody's disk, or a shipped sample, to a project."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as product
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from studio.datasets import create_dataset
from studio.jobs.execution import execute
from studio.models import Cleanset, Dataset, Job, Project, StoredFile
from studio.samples import SAMPLES

pytestmark = pytest.mark.django_db

UMLAUT_CSV = "text;label\nschön;gut\nübel;schlecht\n".encode("cp1252")
WORDS_CSV = b"text,label\n" + b"".join(
    f"a film number {i},{('good', 'bad')[i % 2]}\n".encode() for i in range(12)
)


@pytest.fixture(autouse=True)
def uploads_folder(tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    return settings.FILE_UPLOAD_TEMP_DIR


def read_upload(dataset):
    job = Job.objects.filter(subject_id=dataset.pk).latest("created_at")
    execute(job.pk, has_heartbeat=False)
    dataset.refresh_from_db()
    return dataset


@pytest.fixture
def upload(alice_client):
    def upload(content, name="words.csv"):
        file = SimpleUploadedFile(name, content)
        return alice_client.post(reverse("studio:dataset_create"), {"file": file})

    return upload


@pytest.fixture
def words(upload):
    assert upload(WORDS_CSV).status_code == 302
    return read_upload(Dataset.objects.get())


def project_address(dataset):
    return f"{reverse('studio:project_create')}?dataset={dataset.hex_id}"


def project_fields(**changes):
    fields = {
        "name": "words",
        "modality": "text",
        "problem_type": "multi-class",
        "label_column": 1,
        "text_column": 0,
        "idempotency_key": uuid4().hex,
    }
    return fields | changes


def test_an_upload_is_named_after_its_file_and_read(words):
    assert (words.name, words.file_name) == ("words", "words.csv")
    assert (words.status, words.n_rows) == ("ready", 12)
    assert words.column_names == ["text", "label"]
    assert words.preview[0] == ["a film number 0", "good"]


def test_two_presses_of_create_make_one_project(words, alice_client):
    fields = project_fields()
    answers = [alice_client.post(project_address(words), fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].url == answers[1].url
    assert (Project.objects.count(), Cleanset.objects.count()) == (1, 1)
    assert Job.objects.filter(kind="analysis").count() == 1


def test_a_second_project_from_a_new_form_is_another_one(words, alice_client):
    for _ in range(2):
        assert alice_client.post(project_address(words), project_fields()).status_code == 302
    assert Project.objects.count() == 2


def test_each_showing_of_the_project_form_has_its_own_key(words, alice_client):
    forms = [alice_client.get(project_address(words)).context["form"] for _ in range(2)]
    keys = {form["idempotency_key"].value() for form in forms}
    assert len(keys) == 2


def test_words_are_no_labels_of_a_regression(words, alice_client):
    answer = alice_client.post(project_address(words), project_fields(problem_type="regression"))
    assert answer.status_code == 422
    assert "cells that are no numbers" in answer.content.decode()
    assert not Project.objects.exists()


def test_a_column_that_is_not_in_the_file_is_refused(words, alice_client):
    answer = alice_client.post(project_address(words), project_fields(label_column=7))
    assert answer.status_code == 422
    assert not Project.objects.exists()


def test_no_project_is_made_while_the_file_is_read(upload, alice_client):
    upload(WORDS_CSV)
    dataset = Dataset.objects.get()
    answer = alice_client.post(project_address(dataset), project_fields())
    assert answer.url == reverse("studio:dataset_detail", args=[dataset.pk])
    assert not Project.objects.exists()


@pytest.mark.parametrize(
    ("key", "n_rows", "modality", "problem_type", "label"),
    [
        ("banking", 1731, "text", "multi-class", "label"),
        ("churn", 2000, "tabular", "multi-class", "churn"),
        ("emotions", 2500, "text", "multi-label", "labels"),
    ],
)
def test_a_sample_is_read_and_its_project_proposed(
    alice_client, key, n_rows, modality, problem_type, label
):
    answer = alice_client.post(reverse("studio:sample_create"), {"key": key})
    dataset = read_upload(Dataset.objects.get())
    assert answer.url == reverse("studio:dataset_detail", args=[dataset.pk])
    assert (dataset.status, dataset.n_rows) == ("ready", n_rows), dataset.error_message
    assert dataset.sample_note
    form = alice_client.get(project_address(dataset)).context["form"]
    assert form["modality"].value() == modality
    assert form["problem_type"].value() == problem_type
    assert dataset.column_names[form["label_column"].value()] == label
    proposed = {name: form[name].value() for name in form.fields}
    fields = {name: value for name, value in proposed.items() if value is not None}
    assert alice_client.post(project_address(dataset), fields).status_code == 302
    assert Project.objects.get().label_column == label


def test_every_sample_has_its_file_and_licence():
    assert {sample.key for sample in SAMPLES} == {"banking", "churn", "emotions"}
    licences = (Path(product.BASE_DIR) / "samples" / "LICENCES.md").read_text()
    assert all(sample.file in licences for sample in SAMPLES)


def test_a_sample_that_does_not_exist_is_said_in_words(alice_client):
    answer = alice_client.post(reverse("studio:sample_create"), {"key": "nothing"}, follow=True)
    assert "There is no such sample" in answer.content.decode()
    assert not Dataset.objects.exists()


def test_an_upload_over_the_limit_is_refused_and_not_stored(upload, settings, uploads_folder):
    settings.MAX_UPLOAD_BYTES = 1024 * 1024
    answer = upload(WORDS_CSV + b"x,y\n" * 600_000)
    assert answer.status_code == 413
    assert "larger than 1 MB" in answer.content.decode()
    assert not Dataset.objects.exists()
    assert not StoredFile.objects.exists()
    assert not Job.objects.exists()
    assert list(uploads_folder.iterdir()) == []


def test_an_upload_at_the_limit_is_taken(upload, settings):
    settings.MAX_UPLOAD_BYTES = len(WORDS_CSV)
    assert upload(WORDS_CSV).status_code == 302
    settings.MAX_UPLOAD_BYTES = len(WORDS_CSV) - 1
    assert upload(WORDS_CSV).status_code == 413


@pytest.mark.parametrize("name", ["words.csv", "words.exe"])
def test_no_temporary_file_is_left_whatever_becomes_of_an_upload(upload, uploads_folder, name):
    upload(WORDS_CSV, name)
    assert list(uploads_folder.iterdir()) == []


def test_a_form_without_a_file_says_so(alice_client):
    answer = alice_client.post(reverse("studio:dataset_create"), {})
    assert answer.status_code == 422
    assert "Choose a file first." in answer.content.decode()


def reread(client, dataset, **fields):
    answer = client.post(reverse("studio:dataset_reread", args=[dataset.pk]), fields, follow=True)
    assert answer.status_code == 200
    dataset.refresh_from_db()
    return answer.content.decode()


def test_a_file_can_be_read_again_with_another_encoding(upload, alice_client):
    upload(UMLAUT_CSV)
    dataset = read_upload(Dataset.objects.get())
    first_table = dataset.table_file.key
    reread(alice_client, dataset, encoding="mac-roman", delimiter=";")
    assert dataset.status == "ingesting"
    read_upload(dataset)
    assert (dataset.status, dataset.encoding) == ("ready", "mac-roman"), dataset.error_message
    assert dataset.preview[0][0] != "schön"
    assert dataset.table_file.key != first_table
    assert StoredFile.objects.get(key=first_table).purge_after is not None
    reread(alice_client, dataset, encoding="windows-1252", delimiter="")
    assert read_upload(dataset).preview[0] == ["schön", "gut"]


def test_a_file_can_be_read_again_with_another_separator(upload, alice_client):
    upload(b"a;b,c\n1;2,3\n4;5,6\n")
    dataset = read_upload(Dataset.objects.get())
    for delimiter, columns in ((",", ["a;b", "c"]), (";", ["a", "b,c"])):
        reread(alice_client, dataset, encoding="", delimiter=delimiter)
        assert read_upload(dataset).column_names == columns
        assert dataset.delimiter == delimiter


def test_reading_again_can_mend_a_file_that_could_not_be_read(upload, alice_client):
    upload("text,label\n日本、,a\n東京,b\n".encode("shift_jis"))
    dataset = read_upload(Dataset.objects.get())
    assert (dataset.status, dataset.error_code) == ("failed", "ENCODING")
    reread(alice_client, dataset, encoding="shift_jis", delimiter="")
    assert (dataset.error_code, dataset.error_line) == ("", None)
    assert read_upload(dataset).preview == [["日本、", "a"], ["東京", "b"]]


def test_an_encoding_that_is_not_offered_changes_nothing(words, alice_client):
    page = reread(alice_client, words, encoding="zip", delimiter="")
    assert "from the lists" in page
    assert (words.status, words.asked_encoding) == ("ready", "")


def test_what_projects_rest_on_is_not_read_again(words, alice_client):
    alice_client.post(project_address(words), project_fields())
    page = reread(alice_client, words, encoding="", delimiter=";")
    assert "Projects already rest on this dataset" in page
    assert (words.status, words.asked_delimiter) == ("ready", "")


def test_pressing_read_again_twice_starts_one_job(words, alice_client):
    for _ in range(2):
        reread(alice_client, words, encoding="", delimiter=";")
    assert Job.objects.filter(subject_id=words.pk, state="queued").count() == 1


def test_types_that_were_asked_for_decide_until_they_are_forgotten(alice, alice_client, tmp_path):
    path = tmp_path / "stars.csv"
    path.write_text("stars,text\n" + "".join(f"{i % 5},film {i}\n" for i in range(20)) + "x,y\n")
    dataset = create_dataset(
        user=alice,
        workspace=alice.workspaces.get(),
        name="stars",
        file_name=path.name,
        path=path,
        asked_types={"stars": "integer"},
    )
    read_upload(dataset)
    assert (dataset.error_code, dataset.error_column) == ("WRONG_TYPE", 1)
    assert "row 21 has 'x'" in dataset.error_message
    address = reverse("studio:dataset_detail", args=[dataset.pk])
    assert "Forget the asked types" in alice_client.get(address).text

    reread = reverse("studio:dataset_reread", args=[dataset.pk])
    alice_client.post(reread)
    assert read_upload(dataset).status == "failed"
    alice_client.post(reread, {"forgets_types": "1"})
    assert read_upload(dataset).status == "ready"
    assert dataset.asked_types == {}


def test_types_that_were_asked_for_are_shown(alice, alice_client, tmp_path):
    path = tmp_path / "stars.csv"
    path.write_bytes(WORDS_CSV.replace(b"good", b"1").replace(b"bad", b"0"))
    dataset = create_dataset(
        user=alice,
        workspace=alice.workspaces.get(),
        name="stars",
        file_name=path.name,
        path=path,
        asked_types={"label": "string"},
    )
    assert read_upload(dataset).profiles[1]["label_type"] == "string"
    page = alice_client.get(reverse("studio:dataset_detail", args=[dataset.pk])).text
    assert "Types asked for</dt><dd>label: string</dd>" in page
