"""Where the issues are, and that each figure leads to the rows that it counts."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.http import QueryDict
from django.urls import reverse

from studio.analytics import read_analytics
from studio.files import local_path
from studio.review import read_page
from studio.review_query import parse_query

from ..factories import make_cleanset, write_table

pytestmark = pytest.mark.django_db

GIVEN = ["a", "a", "a", "b", None, "<i>"]
SUGGESTED = ["b", "b", None, "a", "b", "b"]


@pytest.fixture
def cleanset(alice, tmp_path):
    cleanset = make_cleanset(alice, tmp_path)
    issues = {
        "row_id": list(range(6)),
        "given_label": pa.array(GIVEN, pa.string()),
        "suggested_label": pa.array(SUGGESTED, pa.string()),
        "suggested_label_confidence_score": [0.9] * 6,
        "label_issue_score": [0.9, 0.8, 0.7, 0.6, 0.5, 0.4],
        "is_label_issue": [True, True, False, True, False, True],
        "is_initially_unlabeled": [False] * 4 + [True, False],
        "top_labels": [["a", "b"]] * 6,
        "top_probs": [[0.9, 0.1]] * 6,
    }
    local_path(cleanset.issues_file).write_bytes(write_table(tmp_path, issues).read_bytes())
    cleanset.flag_counts = {"is_label_issue": 4, "is_initially_unlabeled": 1}
    cleanset.save()
    return cleanset


def rows_behind(cleanset, url):
    return read_page(cleanset, parse_query(QueryDict(url[1:]), [0, 1], "all")).n_rows


def test_classes_come_by_the_share_of_their_rows_that_are_issues(cleanset):
    found = [(bar.title, bar.n_rows, bar.detail) for bar in read_analytics(cleanset).classes]
    assert found == [("<i>", 1, "of 1 rows"), ("b", 1, "of 1 rows"), ("a", 2, "of 3 rows")]


def test_corrections_are_counted_from_given_to_suggested(cleanset):
    found = [(bar.title, bar.n_rows) for bar in read_analytics(cleanset).corrections]
    assert found == [("a → b", 2), ("<i> → b", 1), ("b → a", 1)]


def test_every_figure_leads_to_as_many_rows(cleanset):
    analytics = read_analytics(cleanset)
    bars = [*analytics.types, *analytics.classes, *analytics.corrections]
    assert len(bars) == 8
    for bar in bars:
        assert rows_behind(cleanset, bar.url) == bar.n_rows, bar
    for _, cells in analytics.heat_rows:
        for cell in cells:
            assert not cell.url or rows_behind(cleanset, cell.url) == cell.n_rows


def test_the_heat_map_has_the_classes_of_the_issues(cleanset):
    analytics = read_analytics(cleanset)
    assert analytics.heat_classes == ["<i>", "a", "b"]
    numbers = [[cell.n_rows for cell in cells] for _, cells in analytics.heat_rows]
    assert numbers == [[0, 0, 1], [0, 0, 2], [0, 1, 0]]
    assert analytics.heat_rows[1][1][2].tint == 5


def test_labels_of_sets_are_counted_one_by_one(cleanset, alice_client):
    cleanset.project.problem_type = "multi-label"
    cleanset.project.save()
    facts = {
        "row_id": list(range(3)),
        "given_label": ["a,b", "a", ""],
        "suggested_label": ["a", "b", "a"],
        "label_issue_score": [0.9, 0.8, 0.7],
        "is_label_issue": [True, True, False],
    }
    path = local_path(cleanset.issues_file)
    pq.write_table(pa.table(facts), path)
    analytics = read_analytics(cleanset)
    assert [(bar.title, bar.n_rows) for bar in analytics.classes] == [("a", 2), ("b", 1)]
    assert analytics.corrections == analytics.heat_rows == []
    page = alice_client.get(reverse("studio:cleanset_analytics", args=[cleanset.pk]))
    assert "too different to be counted" in page.content.decode()


def test_the_page_never_shows_labels_as_markup(cleanset, alice_client):
    page = alice_client.get(reverse("studio:cleanset_analytics", args=[cleanset.pk]))
    shown = page.content.decode()
    assert "<i>" not in shown
    assert "&lt;i&gt; → b" in shown


def test_a_cleanset_without_issues_says_none(alice, alice_client, tmp_path):
    cleanset = make_cleanset(alice, tmp_path)
    url = reverse("studio:cleanset_analytics", args=[cleanset.pk])
    assert alice_client.get(url).status_code == 200
