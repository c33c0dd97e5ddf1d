"""Cleansets as files, and what is being done, over the API."""

import csv

import pytest

from studio.models import Job

from .conftest import error_of
from .test_datasets import csv_file

pytestmark = pytest.mark.django_db


def lines_of(answer):
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content).decode().splitlines()


def test_a_cleanset_is_exported_in_each_kind(api, cleanset):
    path = f"/cleansets/{cleanset.pk.hex}"
    api.post(f"{path}/rows/2/decision", {"action": "exclude"})
    assert len(lines_of(api.get(f"{path}/export"))) == 6
    assert len(lines_of(api.get(f"{path}/export?kind=everything"))) == 7
    shown = lines_of(api.get(f"{path}/export?kind=view&preset=issues"))
    rows = list(csv.DictReader(shown))
    assert [(row["text"], row["cleanlab_action"]) for row in rows] == [("fine", "exclude")]
    assert len(lines_of(api.get(f"{path}/export?kind=patch"))) == 2
    for form in ("spreadsheet", "xlsx", "parquet", "jsonl"):
        answer = api.get(f"{path}/export?format={form}")
        assert answer.status_code == 200
        assert "attachment" in answer.headers["Content-Disposition"]
    assert error_of(api.get(f"{path}/export?kind=pred-probs"), 404) == "NO_SUCH_EXPORT"
    assert error_of(api.get(f"{path}/export?kind=all"), 422) == "INVALID_REQUEST"


def test_jobs_say_how_far_they_are(api, stranger):
    dataset_id = api.upload("/datasets", csv_file()).json()["id"]
    jobs = api.get(f"/jobs?state=queued&subject_id={dataset_id}").json()
    assert jobs["total"] == 1
    job = jobs["items"][0]
    assert (job["kind"], job["state"], job["error"]) == ("ingestion", "queued", None)
    Job.objects.update(state="running", step="Reading the file", done=3, total=9)
    job = api.get(f"/jobs/{job['id']}").json()
    assert (job["step"], job["done"], job["total"]) == ("Reading the file", 3, 9)
    assert stranger.get("/jobs").json()["total"] == 0
    assert error_of(stranger.get(f"/jobs/{job['id']}"), 404) == "NOT_FOUND"
    assert error_of(api.get("/jobs?state=lost"), 422) == "INVALID_REQUEST"


def test_parts_of_jobs_are_listed_only_on_request(api, cleanset):
    parent = Job.objects.create(
        workspace=cleanset.workspace,
        kind="deployment",
        subject_id=cleanset.pk,
        queue="io",
        deadline_at=cleanset.created_at,
    )
    Job.objects.create(
        workspace=cleanset.workspace,
        kind="candidate",
        subject_id=cleanset.pk,
        queue="io",
        deadline_at=cleanset.created_at,
        parent=parent,
    )
    assert api.get("/jobs").json()["total"] == 1
    assert api.get("/jobs?has_parts=true").json()["total"] == 2
