"""Large files are cut into slices that are jobs; what comes out is as if they were not."""

import csv

import numpy as np
import pytest
from django.urls import reverse

from inference import prediction
from inference.models import PredictionSlice
from inference.progress import result_progress
from inference.reading import GROUP_ROWS
from inference.slices import SLICE_ROWS, SliceRows
from studio.files import discard_files
from studio.jobs import cancel_subject
from studio.jobs.execution import execute
from studio.models import Job, StoredFile

from ..inline_jobs import read_predictions, run_all_jobs
from .conftest import FILE, ROWS

pytestmark = pytest.mark.django_db(transaction=True)


def jobs(kind):
    return Job.objects.filter(kind=kind).order_by("created_at")


def run_next(kind):
    job = jobs(kind).filter(state=Job.State.QUEUED).first()
    execute(job.pk, has_heartbeat=False)
    job.refresh_from_db()
    return job


def test_slices_give_what_one_job_gives_row_for_row(bring, monkeypatch):
    whole = read_predictions(bring(FILE, key="whole"))
    monkeypatch.setattr(prediction, "SLICE_ROWS", {"tabular": SliceRows(23, 30)})
    monkeypatch.setattr("inference.reading.GROUP_ROWS", 20)
    result = bring(FILE, key="sliced")
    assert jobs("prediction-slice").count() == 5
    (header, *expected), (sliced_header, *found) = split(whole), split(read_predictions(result))
    assert sliced_header == header
    assert [row[-1] for row in found] == [row[-1] for row in expected]
    assert len(found) == len(ROWS)
    # The last digit of a product of matrices depends on how many rows are multiplied at once.
    probs, whole_probs = ([[float(p) for p in row[:-1]] for row in t] for t in (found, expected))
    np.testing.assert_allclose(probs, whole_probs, rtol=0, atol=1e-12)


def split(lines):
    return list(csv.reader(lines))


@pytest.mark.parametrize(
    ("n_rows", "slices"),
    [
        (160_000, [160_000]),
        (160_001, [40_000] * 4 + [1]),
        (700_000, [160_000] * 4 + [60_000]),
        (1_000_000, [240_000] * 4 + [40_000]),
        (10_000_000, [240_000] * 41 + [160_000]),
    ],
)
def test_a_file_is_cut_evenly_into_whole_groups_of_rows(n_rows, slices):
    size = SLICE_ROWS["tabular"].of(n_rows)
    assert [min(size, n_rows - first) for first in range(0, n_rows, size)] == slices
    assert SLICE_ROWS["tabular"].step == GROUP_ROWS


def test_nothing_is_left_of_the_slices(sliced, bring):
    result = bring(FILE)
    assert result.status == "ready"
    assert not PredictionSlice.objects.exists()
    kept = {result.table_file_id, result.result_file_id}
    loose = StoredFile.objects.filter(key__startswith="results/").exclude(pk__in=kept)
    assert all(stored.purge_after is not None for stored in loose)


def test_cells_that_are_no_numbers_are_counted_over_all_slices(sliced, bring):
    lines = FILE.splitlines()
    for i in (3, 40, 90):
        lines[i] = "many,red"
    result = bring("\n".join(lines))
    (warning,) = [w for w in result.warnings if w["code"] == "VALUES_AS_MISSING"]
    assert warning["count"] == 3


def test_a_slice_that_fails_stops_the_others_and_says_why(cut, monkeypatch):
    stored = cut.deployed_model.predictor_file
    run_next("prediction-slice")
    discard_files([stored])
    cut.deployed_model.predictor_file = stored
    run_next("prediction-slice")
    states = set(jobs("prediction-slice").values_list("state", flat=True))
    assert states == {"succeeded", "failed", "cancelled"}
    run_all_jobs()
    cut.refresh_from_db()
    assert cut.status == "failed"
    assert cut.error_message


def test_a_lost_worker_costs_one_slice(cut):
    first = run_next("prediction-slice")
    lost = jobs("prediction-slice").filter(state=Job.State.QUEUED).first()
    # As if its process had died after it had claimed the job: the lease has run out.
    Job.objects.filter(pk=lost.pk).update(attempt=1, crashes=1)
    run_all_jobs()
    cut.refresh_from_db()
    first.refresh_from_db()
    assert (cut.status, first.attempt) == ("ready", 1)
    assert len(read_predictions(cut)) == 1 + len(ROWS)


def test_progress_counts_the_rows_of_finished_slices(cut):
    assert result_progress(cut).done == 0
    run_next("prediction-slice")
    run_next("prediction-slice")
    progress = result_progress(cut)
    assert (progress.done, progress.total) == (46, 95)
    assert "46 of 95 rows" in progress.detail


def test_cancelling_ends_all_slices_at_once(cut, alice_client):
    run_next("prediction-slice")
    alice_client.post(reverse("inference:result_cancel", args=[cut.pk]))
    assert not Job.objects.filter(state__in=Job.PENDING).exists()
    cut.refresh_from_db()
    assert (cut.status, cut.error_code) == ("failed", "CANCELLED")
    page = alice_client.get(reverse("inference:result_detail", args=[cut.pk])).content.decode()
    assert "This prediction was cancelled" in page


def test_a_thousand_slices_are_cancelled_too(cut):
    parent = jobs("prediction").get()
    pieces = [
        PredictionSlice(result=cut, number=100 + i, first_row=0, n_rows=1) for i in range(1000)
    ]
    PredictionSlice.objects.bulk_create(pieces)
    Job.objects.bulk_create(
        Job(
            kind="prediction-slice",
            subject_id=piece.pk,
            workspace=cut.workspace,
            queue="prediction",
            parent=parent,
            deadline_at=parent.deadline_at,
        )
        for piece in pieces
    )
    cancel_subject(cut.pk)
    assert not Job.objects.filter(state__in=Job.PENDING).exists()
