"""The product with its files in S3, from the official client's upload to the last byte deleted."""

import json
import secrets
import time
from uuid import UUID

import pytest

from ..client_api.conftest import make_account
from ..client_api.official_client import OfficialClient
from ..client_api.test_client_uploads import READ
from ..running_studio import Studio
from ..s3_server import Bucket

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.xdist_group("client")]

PARTS = "some/prefix/parts/"
# Files are swept every two seconds, rows every thirty.
PURGE_SECONDS = 120
DELETE = """
import json, os
from cleanlab_studio import Studio
studio = Studio(os.environ["API_KEY"])
for dataset_id in os.environ["DATASETS"].split():
    studio.delete_dataset(dataset_id)
print(json.dumps("done"))
"""


@pytest.fixture(scope="module")
def bucket(s3_endpoint):
    return Bucket(s3_endpoint)


@pytest.fixture(scope="module")
def environment(bucket):
    """What all machines of one installation are told."""
    return bucket.environment | {"SECRET_KEY": secrets.token_urlsafe(64)}


@pytest.fixture(scope="module")
def first(environment, tmp_path_factory):
    running = Studio(tmp_path_factory.mktemp("data"), **environment)
    try:
        yield running.start()
    finally:
        if running.process.poll() is None:
            running.stop()


@pytest.fixture(scope="module")
def api_key(first):
    return make_account(first, "script@example.org")


@pytest.fixture(scope="module")
def frame(first, api_key, tmp_path_factory):
    client = OfficialClient(first.url, api_key, tmp_path_factory.mktemp("client"))
    return client.run_script("upload_frame.py", ROWS="1200", WORDS="2200")


@pytest.fixture(scope="module")
def texts(first, api_key, tmp_path_factory):
    """Ids of a dataset, a project, a cleanset and a model."""
    client = OfficialClient(first.url, api_key, tmp_path_factory.mktemp("client"))
    return client.run_script("train_models.py", TABLES="texts")["texts"]


@pytest.fixture(scope="module")
def second(first, frame, texts, environment, tmp_path_factory):
    """Another machine that goes on with the database and the bucket, and has nothing else."""
    first.stop()
    database = f"sqlite:///{first.data_dir}/studio.sqlite3"
    folder = tmp_path_factory.mktemp("data")
    running = Studio(folder, DATABASE_URL=database, **environment)
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture
def run_client(second, api_key, tmp_path):
    return OfficialClient(second.url, api_key, tmp_path).run_script


def test_a_frame_goes_to_s3_in_parts_and_arrives_whole(frame, first, bucket):
    code = READ.format(dataset_id=UUID(frame["dataset_id"]))
    read = json.loads(first.manage("shell", "--no-imports", "-c", code))
    assert read["bytes"] > 2 * 16 * 1024 * 1024
    assert (read["n_rows"], read["first"]) == (1200, frame["odd"])
    assert not [key for key in bucket.find_keys() if key.startswith(PARTS)]
    assert bucket.open_uploads() == []
    assert not (first.data_dir / "files").exists()
    assert list((first.data_dir / "uploads").rglob("*")) == []


def test_a_model_predicts_on_another_machine_than_it_was_trained_on(texts, run_client):
    found = run_client("predict_texts.py", MODEL=texts["model"])
    assert found["columns"] == ["account", "delivery", "refund"]
    assert found["labels"][:3] == ["delivery", "refund", "account"]


def test_the_columns_of_a_cleanset_come_from_there_too(texts, run_client):
    rows = run_client("download_columns.py", CLEANSET_ID=texts["cleanset"])["rows"]
    assert [row["cleanlab_row_ID"] for row in rows] == list(range(120))
    assert all(0 <= row["label_issue_score"] <= 1 for row in rows)


def test_what_is_deleted_is_gone_from_the_bucket_and_from_here(
    frame, texts, run_client, second, bucket
):
    assert bucket.find_keys() != []
    run_client(DELETE, DATASETS=f"{frame['dataset_id']} {texts['dataset']}")
    deadline = time.monotonic() + PURGE_SECONDS
    while bucket.find_keys() and time.monotonic() < deadline:
        time.sleep(1)
    assert (bucket.find_keys(), bucket.open_uploads()) == ([], [])
    assert list((second.data_dir / "cache" / "files").glob("*")) == []
