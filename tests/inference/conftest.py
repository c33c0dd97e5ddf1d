"""Models with real predictors, and a real serving process on the database of the tests."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from django.db import connection

from automl.features.embeddings import Embeddings
from automl.problem import MULTI_CLASS
from automl.training_profile import TrainingProfile
from inference import prediction
from inference.batches import create_batch
from inference.serving_client import SocketConnection
from inference.slices import SliceRows
from models_app.models import DeployedModel
from studio.files import local_path
from studio.jobs.execution import execute
from studio.models import Job, Project

from ..automl.test_predictor import COLOURS, NUMBERS, TEXTS, make_predictor
from ..corpus_models import predictor_files  # noqa: F401
from ..factories import make_cleanset, make_model, store, write_table
from ..inline_jobs import run_all_jobs

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 120


class ServingProcess:
    """`manage.py serve_models`, as the supervisor starts it."""

    def __init__(self):
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "serve_models"],
            env=os.environ
            | {
                "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
                "DJANGO_SETTINGS_MODULE": "tests.settings",
                "PYTHONPATH": str(ROOT),
            },
            start_new_session=True,
        )
        self.wait_until_up()

    def wait_until_up(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the serving process has ended"
            if is_answering():
                return
            time.sleep(0.1)
        raise AssertionError("the serving process does not answer")

    @property
    def workers(self):
        return psutil.Process(self.process.pid).children()

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def is_answering():
    asking = SocketConnection("serving")
    try:
        asking.request("GET", "/")
        return asking.getresponse().status == 403
    except OSError:
        return False
    finally:
        asking.close()


@pytest.fixture(scope="session")
def _serving(django_db_setup):
    running = ServingProcess()
    running.start()
    yield running
    running.kill()


@pytest.fixture
def serving(_serving, transactional_db):
    if _serving.process.poll() is not None:
        _serving.start()
    return _serving


@pytest.fixture(scope="session")
def bundles(tmp_path_factory):
    """Predictors as files, each trained once: by modality and problem type."""
    made = {}

    def get(modality="tabular", problem_type=MULTI_CLASS):
        key = (modality, problem_type)
        if key not in made:
            predictor, table = make_predictor(modality, problem_type)
            predictor.keep_golden_rows(table.slice(0, 10))
            nothing = [None] * table.num_rows
            predictor.profile = TrainingProfile.of(table, predictor.schema, nothing)
            path = tmp_path_factory.mktemp("predictor") / "predictor.zip"
            predictor.save(path, info={})
            made[key] = path, predictor
        return made[key]

    return get


@pytest.fixture
def trained(alice, tmp_path, bundles):
    """A trained model of a project whose dataset has the columns it was trained on."""

    def make(modality="tabular", problem_type=MULTI_CLASS):
        path, predictor = bundles(modality, problem_type)
        model = make_model(make_cleanset(alice, tmp_path, problem_type), tmp_path)
        model.predictor_file = store(model.workspace, "predictors", path)
        model.classes = predictor.classes
        model.save()
        project = model.cleanset.project
        schema = predictor.schema.to_json()
        Project.objects.filter(pk=project.pk).update(feature_schema=schema, modality=modality)
        fill_dataset(project.dataset, schema, tmp_path)
        return DeployedModel.objects.get(pk=model.pk)

    return make


def fill_dataset(dataset, schema, folder):
    """The files of datasets are found by their key, so other cells may be put there."""
    columns = {"c0": TEXTS} if len(schema) == 1 else {"c0": NUMBERS, "c1": COLOURS}
    local_path(dataset.table_file).write_bytes(write_table(folder, columns).read_bytes())
    dataset.n_rows = len(TEXTS)
    counts = [["red", 15], ["green", 15], ["blue", 15]]
    dataset.profiles = [
        {"name": column["name"], "position": i, "kind": column["kind"], "examples": []}
        | ({"value_counts": counts} if column["kind"] == "categorical" else {})
        for i, column in enumerate(schema)
    ]
    dataset.save()


@pytest.fixture
def no_serving(settings, tmp_path):
    """Nobody listens where the serving process should be."""
    settings.SERVING_SOCKET = str(tmp_path / "nobody.sock")


@pytest.fixture(scope="session")
def small_predictor(tmp_path_factory):
    """Reads `size`, a number, and `colour`, a category; says `large` or `small`."""
    predictor, table = make_predictor()
    predictor.keep_golden_rows(table.slice(0, 10))
    path = tmp_path_factory.mktemp("predictor") / "predictor.zip"
    predictor.save(path, info={})
    return path, predictor


@pytest.fixture(scope="session")
def profiled_predictor(tmp_path_factory, small_predictor):
    """The same, which also knows what its training rows look like."""
    _, predictor = small_predictor
    _, table = make_predictor()
    labels = predictor.suggested_labels(predictor.predict_proba(table))
    known = replace(predictor, profile=TrainingProfile.of(table, predictor.schema, labels))
    known.keep_reference_rows(table, Embeddings(table, encoders={}), seed=0)
    path = tmp_path_factory.mktemp("profiled") / "predictor.zip"
    known.save(path, info={})
    return path


@pytest.fixture
def bring_profiled(bring, small_model, profiled_predictor):
    small_model.predictor_file = store(small_model.workspace, "predictors", profiled_predictor)
    small_model.save()
    return bring


@pytest.fixture
def small_model(alice, tmp_path, small_predictor):
    """A model whose predictor is a real one."""
    path, predictor = small_predictor
    model = make_model(make_cleanset(alice, tmp_path), tmp_path, classes=predictor.classes)
    model.predictor_file = store(model.workspace, "predictors", path)
    model.save()
    Project.objects.update(feature_schema=predictor.schema.to_json(), modality="tabular")
    return DeployedModel.objects.get(pk=model.pk)


@pytest.fixture
def bring(small_model, alice, tmp_path):
    """Upload a file; it is read, and waits for somebody or is predicted."""

    def bring(text, name="new.csv", key="k", **options):
        path = tmp_path / "brought"
        path.write_text(text, encoding="utf-8")
        result = create_batch(
            user=alice,
            model=small_model,
            file_name=name,
            path=path,
            idempotency_key=key,
            **options,
        )
        run_all_jobs()
        result.refresh_from_db()
        return result

    return bring


@pytest.fixture
def sliced(monkeypatch):
    """Slices of 23 rows, groups of 20: neither is a multiple of the other."""
    monkeypatch.setattr(prediction, "SLICE_ROWS", {"tabular": SliceRows(23, 30)})
    monkeypatch.setattr("inference.reading.GROUP_ROWS", 20)


ROWS = [(f"{(i * 7) % 100 / 10}", ("red", "green", "", "purple")[i % 4]) for i in range(95)]
FILE = "size,colour\n" + "".join(f"{size},{colour}\n" for size, colour in ROWS)


@pytest.fixture
def cut(sliced, bring, monkeypatch):
    """A file whose slices wait for workers."""
    monkeypatch.setattr("tests.inference.conftest.run_all_jobs", lambda: None)
    result = bring(FILE)
    for kind in ("prediction-reading", "prediction"):
        execute(Job.objects.get(kind=kind).pk, has_heartbeat=False)
    result.refresh_from_db()
    assert (result.status, result.slices.count()) == ("predicting", 5)
    return result
