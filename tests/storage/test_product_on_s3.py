"""The product with its files in S3, from the official client's upload to the last byte deleted."""

import json
import shutil
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
def studio(bucket, tmp_path_factory):
    running = Studio(tmp_path_factory.mktemp("data"), **bucket.environment)
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(scope="module")
def run_client(studio, tmp_path_factory):
    key = make_account(studio, "script@example.org")
    return OfficialClient(studio.url, key, tmp_path_factory.mktemp("client")).run_script


@pytest.fixture
def forget_copies(studio):
    """As if whoever works next were on another machine."""
    return lambda: shutil.rmtree(studio.data_dir / "cache" / "files", ignore_errors=True)


@pytest.fixture(scope="module")
def frame(run_client):
    return run_client("upload_frame.py", ROWS="1200", WORDS="2200")


@pytest.fixture(scope="module")
def texts(run_client):
    """Ids of a dataset, a project, a cleanset and a model."""
    return run_client("train_models.py", TABLES="texts")["texts"]


def test_a_frame_goes_to_s3_in_parts_and_arrives_whole(frame, studio, bucket):
    code = READ.format(dataset_id=UUID(frame["dataset_id"]))
    read = json.loads(studio.manage("shell", "--no-imports", "-c", code))
    assert read["bytes"] > 2 * 16 * 1024 * 1024
    assert (read["n_rows"], read["first"]) == (1200, frame["odd"])
    assert not [key for key in bucket.find_keys() if key.startswith(PARTS)]
    assert bucket.open_uploads() == []
    assert not (studio.data_dir / "files").exists()
    assert list((studio.data_dir / "uploads").rglob("*")) == []


def test_a_model_is_trained_and_predicts_from_the_bucket(texts, run_client, forget_copies):
    forget_copies()
    found = run_client("predict_texts.py", MODEL=texts["model"])
    assert found["columns"] == ["account", "delivery", "refund"]
    assert found["labels"][:3] == ["delivery", "refund", "account"]


def test_the_columns_of_a_cleanset_come_from_the_bucket(texts, run_client, forget_copies):
    forget_copies()
    rows = run_client("download_columns.py", CLEANSET_ID=texts["cleanset"])["rows"]
    assert [row["cleanlab_row_ID"] for row in rows] == list(range(120))
    assert all(0 <= row["label_issue_score"] <= 1 for row in rows)


def test_what_is_deleted_is_gone_from_the_bucket_and_from_here(
    frame, texts, run_client, studio, bucket
):
    assert bucket.find_keys() != []
    run_client(DELETE, DATASETS=f"{frame['dataset_id']} {texts['dataset']}")
    deadline = time.monotonic() + PURGE_SECONDS
    while bucket.find_keys() and time.monotonic() < deadline:
        time.sleep(1)
    assert (bucket.find_keys(), bucket.open_uploads()) == ([], [])
    assert list((studio.data_dir / "cache" / "files").glob("*")) == []
