"""A patch: each decided row once, with the dataset's own label and what has become of it."""

import csv
import io
import re

import pyarrow.parquet as pq
import pytest
from django.urls import reverse

from studio import patch_export
from studio.decisions import decide_row
from studio.models import Cleanset

from ..factories import make_cleanset

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleanset(alice, tmp_path):
    return make_cleanset(alice, tmp_path)


def decide(cleanset, *decisions):
    for row_id, action, label in decisions:
        decide_row(
            cleanset=cleanset,
            row_id=row_id,
            action=action,
            label=label,
            user=cleanset.created_by,
        )


def next_version(cleanset):
    """As the analysis leaves it, but for its files, which a patch does not read."""
    return Cleanset.objects.create(
        workspace=cleanset.workspace,
        created_by=cleanset.created_by,
        project=cleanset.project,
        version=cleanset.version + 1,
        previous=cleanset,
        status="ready",
    )


def fetch(client, cleanset, form="csv"):
    url = reverse("studio:cleanset_export", args=[cleanset.pk])
    answer = client.get(url, {"rows": "patch", "format": form})
    assert answer.status_code == 200
    assert "patch." in answer.headers["Content-Disposition"]
    return answer.getvalue()


def lines(client, cleanset):
    return list(csv.DictReader(io.StringIO(fetch(client, cleanset).decode())))


def changes(client, cleanset):
    return [(r["row_id"], r["old"], r["new"], r["source"]) for r in lines(client, cleanset)]


def test_each_decided_row_is_one_line_in_the_order_of_the_dataset(cleanset, alice_client):
    decide(cleanset, (5, "label", "yes"), (2, "auto-fix", "yes"), (0, "keep", None))
    decide(cleanset, (1, "exclude", None), (5, "label", "no"))
    assert changes(alice_client, cleanset) == [
        ("0", "yes", "yes", "keep"),
        ("1", "no", "", "exclude"),
        ("2", "no", "yes", "auto-fix"),
        ("5", "", "no", "label"),
    ]


def test_it_says_which_column_by_whom_and_when(cleanset, alice_client):
    decide(cleanset, (2, "label", "maybe"))
    (line,) = lines(alice_client, cleanset)
    assert tuple(line) == patch_export.COLUMNS
    assert (line["column"], line["by"]) == ("label", "alice@example.org")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line["when"])


def test_earlier_versions_count_and_the_latest_decision_of_a_row_wins(cleanset, alice_client):
    decide(cleanset, (0, "label", "no"), (1, "exclude", None), (2, "label", "yes"))
    second = next_version(cleanset)
    decide(second, (0, "keep", None), (2, "label", "maybe"), (3, "keep", None))
    assert changes(alice_client, second) == [
        ("0", "yes", "no", "keep"),
        ("1", "no", "", "exclude"),
        ("2", "no", "maybe", "label"),
        ("3", "no", "no", "keep"),
    ]
    assert [row[0] for row in changes(alice_client, cleanset)] == ["0", "1", "2"]


def test_sets_of_labels_are_written_as_they_are_kept(alice, alice_client, tmp_path):
    several = make_cleanset(alice, tmp_path, problem_type="multi-label")
    decide(several, (0, "label", "b, a"), (1, "label", ""))
    assert changes(alice_client, several) == [
        ("0", "yes", "a,b", "label"),
        ("1", "no", "", "label"),
    ]


def test_it_is_made_in_parts_of_any_size(cleanset, alice_client, monkeypatch):
    decide(cleanset, (5, "label", "yes"), (0, "keep", None), (3, "exclude", None))
    whole = fetch(alice_client, cleanset)
    monkeypatch.setattr(patch_export, "PART_ROWS", 2)
    assert fetch(alice_client, cleanset) == whole


def test_parquet_knows_what_is_empty(cleanset, alice_client):
    decide(cleanset, (1, "exclude", None), (5, "keep", None))
    table = pq.read_table(io.BytesIO(fetch(alice_client, cleanset, "parquet")))
    assert table.column("row_id").to_pylist() == [1, 5]
    assert str(table.schema.field("row_id").type) == "int64"
    assert table.column("new").to_pylist() == [None, None]


def test_a_patch_of_nothing_is_a_header(cleanset, alice_client):
    assert fetch(alice_client, cleanset).decode() == "row_id,column,old,new,by,when,source\n"


def test_spreadsheets_do_not_compute_its_labels(cleanset, alice_client):
    decide(cleanset, (2, "label", "=1+1"))
    assert "'=1+1" in fetch(alice_client, cleanset, "spreadsheet").decode("utf-8-sig")
