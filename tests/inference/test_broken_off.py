"""Files that were cut off, and models that go or break while they predict."""

import csv
import gzip
import io
import json
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from inference import prediction
from inference.models import InferenceResult
from studio.files import local_path, sweep_files
from studio.jobs.execution import execute
from studio.models import Job, StoredFile
from studio.trash import delete_row, purge_deleted

from ..inline_jobs import read_predictions, run_all_jobs

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = [f"{(i * 7) % 100 / 10}" for i in range(2000)]
CSV = "size,colour\n" + "".join(f"{size},red\n" for size in SIZES)


@pytest.fixture
def post(alice_client, small_model):
    """Upload bytes; a file that is not refused at once is read, and predicted as it is."""

    def post(content, name):
        file = SimpleUploadedFile(name, content)
        fields = {"file": file, "idempotency_key": name}
        address = reverse("inference:result_create", args=[small_model.pk])
        answer = alice_client.post(address, fields)
        if answer.status_code == 422:
            return None, answer.context["form"].errors["file"][0]
        assert answer.status_code == 302
        result = InferenceResult.objects.get(file_name=name)
        run_all_jobs()
        alice_client.post(reverse("inference:result_start", args=[result.pk]))
        run_all_jobs()
        result.refresh_from_db()
        return result, result.error_message

    return post


def as_zip():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("new.csv", CSV)
    return buffer.getvalue()


def as_excel():
    book = openpyxl.Workbook()
    for row in csv.reader(CSV.splitlines()):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


WHOLE = {
    "new.csv.gz": lambda: gzip.compress(CSV.encode()),
    "new.zip": as_zip,
    "new.xlsx": as_excel,
    "new.json": lambda: json.dumps([{"size": s, "colour": "red"} for s in SIZES]).encode(),
    "quoted.csv": lambda: CSV.replace("red", '"red\nish"').encode(),
}


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_was_cut_off_is_refused_in_a_sentence(post, name, share):
    whole = WHOLE[name]()
    content = whole[: int(len(whole) * share)]
    if name == "quoted.csv":
        # In the middle of a cell: after a whole line nobody could tell.
        content = content[: content.rindex(b"\nish")]
    result, message = post(content, name)
    assert message
    assert len(message) <= 200
    if result is not None:
        assert (result.status, result.result_file) == ("failed", None)
        assert result.error_code not in {"", "INTERNAL"}


def test_of_a_csv_that_ends_within_a_line_that_line_is_predicted_and_told(post):
    result, _ = post(CSV[: CSV.index("\n", 5000)].removesuffix("red").encode() + b"r", "cut.csv")
    assert result.status == "ready"
    n_lines = CSV[:5000].count("\n")
    assert len(read_predictions(result)) == n_lines + 1 == result.n_rows + 1
    short, _ = post(b"size,colour\n1,red\n2", "short.csv")
    assert (short.status, short.n_rows) == ("ready", 2)
    assert "SHORT_ROWS" in {warning["code"] for warning in short.warnings}


def test_a_thousand_columns_are_read_and_one_more_is_too_many(post):
    def wide(n_columns):
        names = ["size", "colour", *(f"spare{i}" for i in range(n_columns - 2))]
        return f"{','.join(names)}\n{','.join('1' for _ in names)}\n".encode()

    result, _ = post(wide(1000), "wide.csv")
    assert (result.status, result.n_rows) == ("ready", 1)
    result, message = post(wide(1001), "wider.csv")
    assert result is None
    assert message.startswith("The file has 1,001 columns; the limit is 1,000.")


def test_the_same_file_twice_gives_two_results_that_are_the_same(bring):
    first, second = bring(CSV, key="first"), bring(CSV, key="second")
    assert first.pk != second.pk
    assert read_predictions(first) == read_predictions(second)
    delete_row(first)
    assert len(read_predictions(InferenceResult.objects.get())) == len(SIZES) + 1


def test_blank_rows_keep_their_places(bring, sliced):
    lines = [f"{i % 10},red" if i % 3 else "," for i in range(95)]
    result = bring("size,colour\n" + "\n".join(lines) + "\n")
    _, *rows = csv.reader(read_predictions(result, "with-columns"))
    assert [row[:2] for row in rows] == [line.split(",") for line in lines]
    blank = {tuple(row[2:]) for i, row in enumerate(rows) if i % 3 == 0}
    assert len(blank) == 1


def run_next(kind):
    job = Job.objects.filter(kind=kind, state=Job.State.QUEUED).earliest("created_at")
    execute(job.pk, has_heartbeat=False)


def test_a_model_that_is_damaged_amid_the_slices_is_not_used_further(cut):
    run_next("prediction-slice")
    path = local_path(cut.deployed_model.predictor_file)
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(bytes(damaged))
    run_all_jobs()
    cut.refresh_from_db()
    assert (cut.status, cut.error_code) == ("failed", "MODEL_CORRUPT")
    assert "damaged" in cut.error_message


def test_of_a_model_that_is_deleted_while_it_predicts_nothing_is_left(cut, settings, alice_client):
    settings.DELETED_GRACE_DAYS = 0
    run_next("prediction-slice")
    delete_row(cut.deployed_model)
    assert not Job.objects.filter(state__in=Job.PENDING).exists()
    for name in ("result_detail", "result_status"):
        gone = alice_client.get(reverse(f"inference:{name}", args=[cut.pk]))
        assert gone.status_code == 404
    purge_deleted()
    while sweep_files():
        pass
    assert not InferenceResult.all_objects.exists()
    assert not StoredFile.objects.filter(key__startswith="results/").exists()
    own = [cut.table_file_id, cut.deployed_model.predictor_file_id]
    assert not StoredFile.objects.filter(pk__in=own).exists()


def test_a_slice_that_ends_after_its_model_was_deleted_leaves_no_file(cut, monkeypatch):
    made = prediction.predict_rows

    def delete_meanwhile(*args, **options):
        delete_row(cut.deployed_model)
        return made(*args, **options)

    monkeypatch.setattr(prediction, "predict_rows", delete_meanwhile)
    run_next("prediction-slice")
    kept = StoredFile.objects.filter(key__startswith="results/", purge_after__isnull=True)
    assert not kept.exists()
    assert not Job.objects.filter(state__in=Job.PENDING).exists()
