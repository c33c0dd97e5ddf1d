"""A cleanset as a file: which rows, which columns, and cells that nobody's spreadsheet computes."""

import csv
import io

import numpy as np
import pyarrow.parquet as pq
import pytest
from django.urls import reverse

from studio import cleanset_tables
from studio.decisions import decide_row
from studio.files import local_path
from studio.models import FeatureFile
from studio.tags import toggle_needs_review

from ..factories import TEXTS, make_cleanset, make_features, store, write_table

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleanset(alice, tmp_path):
    return make_cleanset(alice, tmp_path)


@pytest.fixture
def decided(cleanset, alice):
    for row_id, action, label in (
        (2, "auto-fix", "yes"),
        (0, "keep", None),
        (1, "exclude", None),
        (4, "label", "maybe"),
    ):
        decide_row(cleanset=cleanset, row_id=row_id, action=action, label=label, user=alice)
    toggle_needs_review(cleanset=cleanset, row_id=3, user=alice)
    return cleanset


def fetch(client, cleanset, **query):
    answer = client.get(reverse("studio:cleanset_export", args=[cleanset.pk]), query)
    assert answer.status_code == 200
    return answer


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_default_leaves_out_excluded_rows_and_keeps_the_order(decided, alice_client):
    rows = rows_of(fetch(alice_client, decided))
    assert [row["cleanlab_row_ID"] for row in rows] == ["0", "2", "3", "4", "5"]
    assert [row["text"] for row in rows] == [TEXTS[i] for i in (0, 2, 3, 4, 5)]
    assert [row["cleanlab_corrected_label"] for row in rows] == ["yes", "yes", "", "maybe", ""]
    assert [row["cleanlab_action"] for row in rows] == [
        "keep",
        "auto-fix",
        "",
        "label",
        "unresolved",
    ]
    assert [row["cleanlab_needs_review"] for row in rows] == [
        "false",
        "false",
        "true",
        "false",
        "false",
    ]
    assert rows[0]["cleanlab_top_labels"] == '["yes", "no"]'


def test_everything_has_every_row_in_parts_of_any_size(decided, alice_client, monkeypatch):
    whole = fetch(alice_client, decided, rows="everything").getvalue()
    monkeypatch.setattr(cleanset_tables, "PART_ROWS", 4)
    assert fetch(alice_client, decided, rows="everything").getvalue() == whole
    assert len(whole.splitlines()) == 7


def test_the_current_view_is_filtered_and_sorted(decided, alice_client, monkeypatch):
    query = {"rows": "view", "preset": "all", "given": "no", "sort": "row_id", "order": "falling"}
    ids = [row["cleanlab_row_ID"] for row in rows_of(fetch(alice_client, decided, **query))]
    assert ids == ["3", "2", "1"]
    monkeypatch.setattr(cleanset_tables, "VIEW_ROWS", 2)
    assert [r["cleanlab_row_ID"] for r in rows_of(fetch(alice_client, decided, **query))] == ids


def test_a_view_without_rows_is_a_header(decided, alice_client):
    answer = fetch(alice_client, decided, rows="view", preset="all", search="nowhere")
    assert rows_of(answer) == []


def test_formulas_are_harmless_only_where_asked_for(cleanset, alice_client, tmp_path):
    cells = ["=1+1", "-2.5", "+cmd", "@x", "plain", "\tTab"]
    path = write_table(tmp_path, {"c0": cells, "c1": ["no"] * 6})
    local_path(cleanset.project.dataset.table_file).write_bytes(path.read_bytes())
    plain = rows_of(fetch(alice_client, cleanset))
    assert [row["text"] for row in plain] == cells
    safe = rows_of(fetch(alice_client, cleanset, format="spreadsheet"))
    assert [row["text"] for row in safe] == ["'=1+1", "-2.5", "'+cmd", "'@x", "plain", "'\tTab"]


def test_parquet_has_types(decided, alice_client):
    answer = fetch(alice_client, decided, format="parquet", rows="everything")
    table = pq.read_table(io.BytesIO(answer.getvalue()))
    assert table.num_rows == 6
    assert str(table.schema.field("cleanlab_is_label_issue").type) == "bool"
    assert table.column("cleanlab_top_probs").to_pylist()[0] == [0.9, 0.1]


def test_probabilities_have_a_column_a_class(cleanset, alice_client, tmp_path):
    url = reverse("studio:cleanset_export", args=[cleanset.pk])
    assert alice_client.get(f"{url}?rows=pred-probs").status_code == 404
    columns = {"row_id": list(range(6)), "p0": [0.25] * 6, "p1": [0.75] * 6}
    path = write_table(tmp_path, columns)
    cleanset.pred_probs_file = store(cleanset.workspace, "cleansets", path)
    cleanset.save()
    answer = fetch(alice_client, cleanset, rows="pred-probs")
    assert "pred_probs.csv" in answer.headers["Content-Disposition"]
    rows = rows_of(answer)
    assert rows[5] == {"cleanlab_row_ID": "5", "no": "0.25", "yes": "0.75"}


def test_a_column_called_like_one_of_ours_is_kept(cleanset, alice_client):
    dataset = cleanset.project.dataset
    dataset.profiles[1]["name"] = "cleanlab_action"
    dataset.save()
    header = fetch(alice_client, cleanset).getvalue().decode().splitlines()[0].split(",")
    assert header[1] == "cleanlab_action"
    assert "cleanlab_action_2" in header


def test_the_file_is_an_attachment_with_the_name_of_the_project(cleanset, alice_client):
    cleanset.project.name = 'a/b "c" ü'
    cleanset.project.save()
    header = fetch(alice_client, cleanset).headers["Content-Disposition"]
    assert header.startswith("attachment;")
    assert "ab%20c%20%C3%BC%20v1.csv" in header


@pytest.mark.parametrize("query", ["rows=some", "format=exe"])
def test_other_exports_do_not_exist(query, cleanset, alice_client):
    url = reverse("studio:cleanset_export", args=[cleanset.pk])
    assert alice_client.get(f"{url}?{query}").status_code == 404


def test_the_form_carries_the_view(cleanset, alice_client):
    url = reverse("studio:cleanset_export_form", args=[cleanset.pk])
    shown = alice_client.get(f"{url}?preset=all&given=no&search=%3Cb%3E").content.decode()
    assert '<input type="hidden" name="given" value="no">' in shown
    assert 'value="&lt;b&gt;"' in shown


def test_embeddings_are_offered_a_column_and_sent_as_they_are(cleanset, alice_client, tmp_path):
    vectors = make_features(cleanset.project, tmp_path)
    url = reverse("studio:cleanset_embeddings", args=[cleanset.pk, 0])
    form = alice_client.get(reverse("studio:cleanset_export_form", args=[cleanset.pk]))
    assert url in form.content.decode()
    answer = alice_client.get(url)
    sent = np.load(io.BytesIO(answer.getvalue()), allow_pickle=False)
    assert np.array_equal(sent, vectors)
    assert "words%20text%20embeddings.npy" in answer.headers["Content-Disposition"].replace(
        " ", "%20"
    )
    assert alice_client.get(url.replace("/0/", "/1/")).status_code == 404


def test_without_embeddings_none_are_offered(cleanset, alice_client):
    form = alice_client.get(reverse("studio:cleanset_export_form", args=[cleanset.pk]))
    assert "embeddings" not in form.content.decode().lower()
    url = reverse("studio:cleanset_embeddings", args=[cleanset.pk, 0])
    assert alice_client.get(url).status_code == 404


def test_embeddings_that_storage_lost_are_not_there(cleanset, alice_client, tmp_path):
    make_features(cleanset.project, tmp_path)
    local_path(FeatureFile.objects.get().file).unlink()
    url = reverse("studio:cleanset_embeddings", args=[cleanset.pk, 0])
    assert alice_client.get(url).status_code == 404
