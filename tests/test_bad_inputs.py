"""The corpus of hostile and odd files, through the forms that people use."""

import json
from pathlib import Path
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from automl.arrow_arrays import make_text_array
from automl.candidates import TrainingData, cross_validate, refit
from automl.folds import make_folds
from automl.predictor import Predictor
from automl.problem import class_names, clean_labels, encode_labels
from automl.schema import Column, Schema
from inference.models import InferenceResult
from models_app.models import DeployedModel
from studio.files import claim_files, local_path, put_file
from studio.jobs.execution import execute
from studio.models import Cleanset, Dataset, Job, Project
from studio.project_data import read_given_labels

from .inline_jobs import run_all_jobs

CORPUS = Path(__file__).parent / "bad_inputs"
EXPECTATIONS = json.loads((CORPUS / "expectations.json").read_text())

pytestmark = pytest.mark.django_db(transaction=True)


def entries(context):
    names = [name for name, entry in EXPECTATIONS.items() if entry["context"] == context]
    return pytest.mark.parametrize("name", names)


@pytest.fixture(autouse=True)
def _no_canary(tmp_path, monkeypatch):
    """Whatever a file tries to make when it is loaded or unpacked must not appear."""
    monkeypatch.chdir(tmp_path)
    yield
    canaries = {entry["canary"] for entry in EXPECTATIONS.values() if "canary" in entry}
    for folder in (tmp_path, tmp_path.parent, Path("/tmp"), CORPUS):
        assert not [name for name in canaries if (folder / Path(name).name).exists()]


def upload(client, name, address, **fields):
    entry = EXPECTATIONS[name]
    shown = entry.get("upload_as", Path(name).name)
    file = SimpleUploadedFile("placeholder.csv", (CORPUS / name).read_bytes())
    # As browsers send it: line ends and quotes in a name are percent-encoded (WHATWG).
    file._name = shown.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
    return client.post(address, {"file": file, **fields})


def form_error(answer):
    form = answer.context["form"]
    return " ".join(str(e) for errors in form.errors.values() for e in errors)


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


SETUP = json.loads((CORPUS / "setup.json").read_text())["models"]


def made_up_rows(kind):
    if kind == "text":
        good = [f"a great film number {i}" for i in range(20)]
        bad = [f"a dull film number {i}" for i in range(20)]
        return {"Review_text": good + bad}, ["positive"] * 20 + ["negative"] * 20
    ages = [str(20 + i) for i in range(40)]
    cities = ["Bern", "Oslo", "Rome", "Lima"] * 10
    incomes = [str(1000 + 50 * i) for i in range(40)]
    labels = ["yes" if i % 3 == 0 else "no" for i in range(40)]
    return {"age": ages, "city": cities, "income": incomes}, labels


@pytest.fixture(scope="module")
def predictor_files(tmp_path_factory):
    """Two small real predictors, trained once."""
    files = {}
    for kind in SETUP:
        cells, labels = made_up_rows(kind)
        kinds = SETUP[kind].get("columns", {"Review_text": "text"})
        schema = Schema(tuple(Column(n, kinds[n], i) for i, n in enumerate(cells)))
        table = pa.table(
            [make_text_array(column) for column in cells.values()],
            names=[f"c{i}" for i in range(len(cells))],
        )
        classes = class_names(clean_labels(labels, "multi-class"), "multi-class")
        y = encode_labels(labels, classes, "multi-class")
        data = TrainingData(table, schema, kind, "multi-class", classes, y, make_folds(y, seed=0))
        family = "text_linear_svm" if kind == "text" else "lightgbm"
        plan = cross_validate(family, data, seed=0).plan
        member = refit(family, data, plan, seed=0)
        path = tmp_path_factory.mktemp("predictor") / f"{kind}.zip"
        Predictor(schema, classes, kind, "multi-class", [member], [1.0]).save(path, info={})
        files[kind] = (schema, classes, path)
    return files


def make_model(alice, predictor_files, kind):
    schema, classes, path = predictor_files[kind]
    base = {"workspace": alice.workspaces.get(), "created_by": alice}
    project = Project.objects.create(
        dataset=Dataset.objects.create(name="d", file_name="d.csv", **base),
        name=kind,
        modality=kind,
        problem_type="multi-class",
        label_column="label",
        feature_schema=schema.to_json(),
        **base,
    )
    stored = put_file("predictors", path, workspace=base["workspace"])
    claim_files([stored])
    return DeployedModel.objects.create(
        cleanset=Cleanset.objects.create(project=project, status="ready", **base),
        name=kind,
        status="TRAINED",
        classes=classes,
        predictor_file=stored,
        **base,
    )


def predict(client, model, name):
    address = reverse("inference:result_create", args=[model.pk])
    answer = upload(client, name, address, idempotency_key=uuid4().hex)
    if answer.status_code == 422:
        return None, form_error(answer)
    assert answer.status_code == 302
    result = InferenceResult.objects.latest("created_at")
    run_all_jobs()
    result.refresh_from_db()
    if result.status == "checked":
        # What a person sees first, and what pressing the button with it as it is says.
        page = client.get(reverse("inference:result_detail", args=[result.pk]))
        form = page.context["form"]
        chosen = {
            line["field"].html_name: line["field"].value() for line in form.lines if line["field"]
        }
        answer = client.post(reverse("inference:result_start", args=[result.pk]), chosen)
        if answer.status_code == 422:
            return None, page.context["missing"]
        run_all_jobs()
        result.refresh_from_db()
    return result, ""


def read_export(client, result):
    answer = client.get(reverse("inference:result_export", args=[result.pk]), follow=True)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode().splitlines()


@entries("predict")
def test_a_file_is_predicted_or_refused_as_expected(name, alice, alice_client, predictor_files):
    entry = EXPECTATIONS[name]
    model = make_model(alice, predictor_files, entry["model"])
    result, refusal = predict(alice_client, model, name)
    if entry["expect"] == "error":
        message = refusal if result is None else result.error_message
        assert message.startswith(entry["message"])
        if entry["code"] == "MISSING_COLUMNS":
            assert not Job.objects.filter(kind="prediction").exists()
        return
    assert result is not None, refusal
    assert result.status == "ready", result.error_message
    header, *rows = read_export(alice_client, result)
    assert header == ",".join([*model.classes, "Suggested Label"])
    assert len(rows) == entry["rows"] == result.n_rows
    probs = np.array([row.split(",")[:-1] for row in rows], dtype=float)
    np.testing.assert_allclose(probs.sum(axis=1), 1, atol=1e-6)
    codes = {warning["code"] for warning in result.warnings}
    assert codes >= set(entry.get("warnings", []))
    if "same_as" in entry:
        twin, _ = predict(alice_client, model, entry["same_as"])
        assert sorted(read_export(alice_client, twin)) == sorted([header, *rows])


def test_a_damaged_model_is_not_used(alice, alice_client, predictor_files):
    model = make_model(alice, predictor_files, "text")
    path = local_path(model.predictor_file)
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(bytes(damaged))
    result, _ = predict(alice_client, model, "predict/text_ok.csv")
    assert (result.status, result.error_code) == ("failed", "MODEL_CORRUPT")
