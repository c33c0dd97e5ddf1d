"""What comes out: the file that clients know, and the same with columns, in five formats."""

import csv
import io
import json

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from automl.problem import parse_label_set
from inference import prediction_export
from models_app.models import DeployedModel
from studio import table_formats
from studio.files import local_path
from studio.models import Project
from studio.trash import delete_row

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [["9", "red", "=1+1"], ["1", "", 'a "b", c'], ["oops", "green", "@x"], ["", "", ""]] * 8
HEADER = ["size", "colour", "Suggested Label"]


@pytest.fixture
def result(bring):
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *ROWS])
    return bring(text.getvalue(), name="new batch.csv")


@pytest.fixture
def export(alice_client, result):
    def export(what="plain", form="csv"):
        url = reverse("inference:result_export", args=[result.pk])
        return alice_client.get(url, {"what": what, "format": form}, follow=True)

    return export


def read_csv(response):
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def test_the_plain_file_is_the_one_that_clients_know(export):
    response = export()
    assert 'filename="new batch_pred_probs.csv"' in response.headers["Content-Disposition"]
    header, *lines = read_csv(response)
    assert header == ["large", "small", "Suggested Label"]
    assert len(lines) == len(ROWS)
    for line in lines:
        probs = dict(zip(header[:2], map(float, line[:2]), strict=True))
        assert sum(probs.values()) == pytest.approx(1)
        assert line[2] == max(probs, key=probs.get)


def test_with_columns_each_line_begins_as_in_the_file(export):
    header, *lines = read_csv(export("with-columns"))
    # A column that is called like one of ours keeps its name; ours is numbered.
    assert header[:4] == [*HEADER, "Suggested Label_2"]
    assert header[-2:] == ["large", "small"]
    assert [line[:3] for line in lines] == ROWS
    plain = read_csv(export())[1:]
    assert [[*line[-2:], line[3]] for line in lines] == plain


def test_for_spreadsheets_formulas_are_defused(export):
    _, first, *_ = read_csv(export("with-columns", "spreadsheet"))
    assert first[2] == "'=1+1"


def test_parquet_and_json_lines_say_the_same(export):
    rows = pq.read_table(io.BytesIO(export("with-columns", "parquet").getvalue())).to_pylist()
    lines = export("with-columns", "jsonl").getvalue().decode().splitlines()
    assert [json.loads(line) for line in lines] == rows
    assert [row["size"] for row in rows] == [row[0] for row in ROWS]


def test_excel_has_texts_where_there_are_texts(export):
    book = openpyxl.load_workbook(io.BytesIO(export("with-columns", "xlsx").getvalue()))
    header, first, *others = book.active.iter_rows()
    assert [cell.value for cell in header][:3] == HEADER
    assert (first[2].value, first[2].data_type) == ("=1+1", "s")
    assert isinstance(first[-1].value, float)
    assert len(others) == len(ROWS) - 1


def test_what_excel_cannot_hold_is_not_offered(export, result, monkeypatch, alice_client):
    monkeypatch.setattr(table_formats, "MAX_EXCEL_ROWS", len(ROWS))
    page = alice_client.get(reverse("inference:result_detail", args=[result.pk]))
    assert "xlsx" not in page.content.decode()
    assert "Choose CSV" in export("plain", "xlsx").content.decode()


def test_parts_that_are_cut_differently_are_put_side_by_side(export, monkeypatch):
    whole = export("with-columns").getvalue()
    monkeypatch.setattr(prediction_export, "PART_ROWS", 7)
    assert export("with-columns").getvalue() == whole


@pytest.mark.parametrize(
    ("what", "form"), [("all", "csv"), ("plain", "exe"), ("", ""), ("<b>", "csv")]
)
def test_an_export_that_is_none_is_not_there(export, what, form):
    assert export(what, form).status_code == 404


def test_a_missing_file_is_a_sentence(export, result):
    default_storage.delete(result.result_file.key)
    response = export()
    assert response.status_code == 404
    assert "missing from the server" in response.content.decode()


def test_deleted_predictions_are_not_exported(export, result):
    delete_row(result)
    assert export().status_code == 404


def test_a_sole_label_of_a_set_stays_a_text_for_pandas(export, result):
    Project.objects.update(problem_type="multi-label")
    DeployedModel.objects.update(classes=["7", "NA", "b"])
    labels = ["7", "NA", "b", "7,b", ""]
    table = pa.table({**{f"p{k}": [0.5] * 5 for k in range(3)}, "label": labels})
    pq.write_table(table, local_path(result.result_file))
    read = pd.read_csv(io.BytesIO(export().getvalue()))["Suggested Label"]
    assert read.fillna("").tolist() == ['"7"', '"NA"', "b", "7,b", ""]
    assert [",".join(parse_label_set(cell)) for cell in read.fillna("")] == labels
