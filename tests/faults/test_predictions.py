"""Workers die, and people change their minds, amid the slices of a large file."""

import signal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from inference.batches import create_batch
from inference.slices import MIN_SLICES, SLICE_ROWS
from models_app.models import DeployedModel
from studio import settings as product
from studio.files import local_path, sweep_files
from studio.jobs import cancel_subject
from studio.jobs.execution import LEAVE_SECONDS
from studio.models import Job, StoredFile
from studio.trash import delete_row, purge_deleted

from ..automl.test_predictor import make_predictor
from ..factories import make_cleanset, make_model, store
from .conftest import horses_of, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(500), pytest.mark.xdist_group("faults")]

# Of two groups of rows each, and a small one.
N_SLICES = MIN_SLICES + 1
N_ROWS = MIN_SLICES * 2 * SLICE_ROWS["tabular"].step + 7
# As the issue of predictions promises.
MAX_CANCEL_SECONDS = 10


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    made, _ = make_predictor()
    path = tmp_path_factory.mktemp("predictor") / "predictor.zip"
    made.save(path, info={})
    return made, path


@pytest.fixture
def model(alice, tmp_path, predictor):
    made, path = predictor
    model = make_model(make_cleanset(alice, tmp_path), tmp_path, classes=made.classes)
    model.predictor_file = store(model.workspace, "predictors", path)
    model.save()
    project = model.cleanset.project
    project.feature_schema, project.modality = made.schema.to_json(), "tabular"
    project.save()
    return DeployedModel.objects.get(pk=model.pk)


@pytest.fixture
def worker(workers):
    for arguments in (["reconcile"], ["work", "io"]):
        workers.start(*arguments)
    return workers.start("work", "prediction")


def size_of(i):
    """No two neighbours are alike, and blank ones are among them."""
    return "" if i % 10 == 3 else f"{(i * 37) % 100 / 10}"


@pytest.fixture
def result(model, worker, tmp_path):
    """A large file of which some rows are predicted and others are not."""
    path = tmp_path / "large.csv"
    path.write_text("size,colour\n" + "".join(f"{size_of(i)},red\n" for i in range(N_ROWS)))
    result = create_batch(
        user=model.created_by, model=model, file_name="l.csv", path=path, idempotency_key="k"
    )
    wait_until(lambda: slices().filter(state="running", done__gt=0).exists(), "a running slice")
    return result


def slices():
    return Job.objects.filter(kind="prediction-slice").order_by("created_at")


def test_a_killed_worker_costs_one_slice_and_no_row(result, worker):
    hit = slices().get(state="running")
    [horse] = horses_of(worker)
    horse.send_signal(signal.SIGKILL)

    def is_over():
        result.refresh_from_db()
        return result.status in {"ready", "failed"}

    wait_until(is_over, "the end of the prediction")
    assert (result.status, result.n_rows) == ("ready", N_ROWS)
    attempts = dict(slices().values_list("pk", "attempt"))
    assert len(attempts) == N_SLICES
    assert attempts.pop(hit.pk) == 2
    assert set(attempts.values()) == {1}
    labels = pq.read_table(local_path(result.result_file), columns=["label"]).column(0).to_pylist()
    assert len(labels) == N_ROWS
    by_size = {size_of(i): label for i, label in enumerate(labels[:100])}
    assert set(by_size.values()) == {"large", "small"}
    assert labels == [by_size[size_of(i)] for i in range(N_ROWS)]


def test_cancelling_ends_the_work_within_seconds(find_parts, result, worker):
    cancel_subject(result.pk)
    wait_until(lambda: is_idle(worker), "the end of the work", MAX_CANCEL_SECONDS)
    result.refresh_from_db()
    assert (result.status, result.error_code) == ("failed", "CANCELLED")
    assert find_parts() == []


def test_with_the_usual_settings_it_is_within_the_promise_too():
    assert product.JOB_BEAT_SECONDS + LEAVE_SECONDS <= MAX_CANCEL_SECONDS


def test_deleting_the_model_ends_the_work_and_leaves_no_file(find_parts, result, worker, settings):
    settings.DELETED_GRACE_DAYS = 0
    delete_row(result.deployed_model)
    wait_until(lambda: is_idle(worker), "the end of the work", MAX_CANCEL_SECONDS)
    purge_deleted()
    assert find_parts() == []
    assert not StoredFile.objects.filter(pk=result.table_file_id).exists()


def is_idle(worker):
    return not horses_of(worker) and not Job.objects.filter(state__in=Job.PENDING).exists()


@pytest.fixture
def find_parts():
    """Files of predictions, beyond those that earlier tests have left."""
    folder = Path(product.DATA_DIR) / "files" / "results"
    before = set(folder.glob("*"))

    def find_parts():
        while sweep_files():
            pass
        named = StoredFile.objects.filter(key__startswith="results/")
        return [*named, *(set(folder.glob("*")) - before)]

    return find_parts
