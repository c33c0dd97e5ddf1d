"""What a query lets through, and in which order."""

import pyarrow as pa
import pytest
from django.http import QueryDict
from django.urls import reverse

from studio.decisions import decide_row
from studio.files import local_path
from studio.review import page_of_row, read_page
from studio.review_filters import find_places
from studio.review_query import PRESETS, ReviewQuery, parse_query

from ..factories import GIVEN, SUGGESTED, TEXTS, make_cleanset, write_table

pytestmark = pytest.mark.django_db

OUTLIERS = [0.2, 0.9, 0.1, 0.3, 0.8, 0.4]
LANGUAGES = [None, None, "de", None, "fr", None]


@pytest.fixture
def cleanset(alice, tmp_path):
    """The rows of the factory, with more facts: sorted by falling issue score 2, 4, 3, 1, 0, 5."""
    cleanset = make_cleanset(alice, tmp_path)
    order = [2, 4, 3, 1, 0, 5]
    issues = {
        "row_id": order,
        "given_label": pa.array([GIVEN[i] for i in order], pa.string()),
        "suggested_label": pa.array([SUGGESTED[i] for i in order], pa.string()),
        "label_issue_score": [0.9, 0.4, 0.3, 0.2, 0.1, 0.0],
        "suggested_label_confidence_score": [0.9] * 6,
        "is_label_issue": [True] + [False] * 5,
        "is_initially_unlabeled": [GIVEN[i] is None for i in order],
        "is_outlier": [OUTLIERS[i] > 0.7 for i in order],
        "outlier_score": [OUTLIERS[i] for i in order],
        "predicted_language": pa.array([LANGUAGES[i] for i in order], pa.string()),
    }
    path = write_table(tmp_path, issues)
    local_path(cleanset.issues_file).write_bytes(path.read_bytes())
    return cleanset


def row_ids(cleanset, **fields):
    return [row.row_id for row in read_page(cleanset, ReviewQuery(**fields)).rows]


def test_presets_are_flags_and_decisions(cleanset, alice):
    decide_row(cleanset=cleanset, row_id=3, action="keep", user=alice)
    assert row_ids(cleanset, preset="outliers") == [4, 1]
    assert row_ids(cleanset, preset="issues") == [2]
    assert row_ids(cleanset, preset="unlabelled") == [5]
    assert row_ids(cleanset, preset="decided") == [3]
    assert row_ids(cleanset, preset="undecided") == [2, 4, 1, 0, 5]


def test_a_flag_that_an_older_analysis_did_not_have_is_set_nowhere(cleanset):
    assert row_ids(cleanset, preset="near-duplicates") == []
    assert row_ids(cleanset, sort="near_duplicate_score") == [2, 4, 3, 1, 0, 5]


def test_filters_narrow_each_other(cleanset):
    assert row_ids(cleanset, given=("no",)) == [2, 3, 1]
    assert row_ids(cleanset, given=("no", "yes"), lows=(("outlier_score", 0.3),)) == [4, 3, 1]
    assert row_ids(cleanset, highs=(("outlier_score", 0.2),)) == [2, 0]
    assert row_ids(cleanset, suggested=("yes",)) == [2]
    assert row_ids(cleanset, given=("no",), suggested=("no",)) == []


def test_a_set_is_found_by_each_of_its_labels(alice, tmp_path):
    cleanset = make_cleanset(alice, tmp_path, problem_type="multi-label")
    cells = ["a", "a,b", '"x,y",a', "", "b", None]
    issues = {"row_id": list(range(6)), "given_label": pa.array(cells, pa.string())}
    issues |= {"label_issue_score": [0.5] * 6, "suggested_label": pa.array(cells, pa.string())}
    path = write_table(tmp_path, issues)
    local_path(cleanset.issues_file).write_bytes(path.read_bytes())

    def places(*labels):
        return list(find_places(cleanset, ReviewQuery(given=labels)).places)

    assert places("a") == [0, 1, 2]
    assert places("x,y") == [2]
    assert places("b") == [1, 4]
    assert places("a,b") == [1]
    assert places("") == [3]
    assert places("x") == []


def test_texts_are_searched_whatever_the_case_and_never_as_patterns(cleanset):
    assert row_ids(cleanset, search="OO") == [3, 0]
    assert row_ids(cleanset, search=".*") == []
    assert row_ids(cleanset, column=1, contains="ye") == [4, 0]


def test_rows_are_sorted_by_any_column(cleanset):
    assert row_ids(cleanset, sort="outlier_score") == [1, 4, 5, 3, 0, 2]
    assert row_ids(cleanset, sort="outlier_score", is_rising=True) == [2, 0, 3, 5, 4, 1]
    assert row_ids(cleanset, sort="row_id", is_rising=True) == [0, 1, 2, 3, 4, 5]
    assert row_ids(cleanset, sort="label_issue_score", is_rising=True) == [5, 0, 1, 3, 4, 2]
    assert row_ids(cleanset, sort="c0", is_rising=True) == [5, 1, 2, 0, 4, 3]
    assert row_ids(cleanset, sort="predicted_language", is_rising=True)[:2] == [2, 4]


def test_numbers_of_the_dataset_are_sorted_as_numbers(cleanset, tmp_path):
    dataset = cleanset.project.dataset
    cells = ["10", "9", "", "abc", "-2.5", "1e2"]
    path = write_table(tmp_path, {"c0": TEXTS, "c1": cells})
    local_path(dataset.table_file).write_bytes(path.read_bytes())
    dataset.profiles[1]["kind"] = "numeric"
    assert row_ids(cleanset, sort="c1", is_rising=True) == [4, 1, 0, 5, 2, 3]


def test_a_query_survives_its_way_through_the_url():
    query = ReviewQuery(
        preset="outliers",
        given=("a & b", "ü"),
        suggested=("",),
        search="100 %",
        column=1,
        contains="=x",
        lows=(("outlier_score", 0.25),),
        highs=(("text_num_characters", 1000.0),),
        sort="c1",
        is_rising=True,
        shown=("outlier_score",),
        number=3,
    )
    assert parse_query(QueryDict(query.to_url()[1:]), [0, 1], "all") == query


@pytest.mark.parametrize(
    "url",
    [
        "preset=nothing&page=0&sort=c9&min_outlier_score=nan&column=7&contains=x",
        "preset=__class__&sort=objects&order=up&show=row_id&page=99999999999999",
        "min_outlier_score=1e400&max_outlier_score=abc&page=-1&sort=c",
        "given=" + "x" * 5000,
    ],
)
def test_what_is_not_understood_never_breaks_a_page(url, cleanset, alice_client):
    page = alice_client.get(
        reverse("studio:project_detail", args=[cleanset.project_id]) + "?" + url
    )
    assert page.status_code == 200


def test_a_row_is_found_on_its_page_or_among_all_rows(cleanset, alice_client):
    assert page_of_row(cleanset, ReviewQuery(preset="issues"), 2) == 1
    assert page_of_row(cleanset, ReviewQuery(preset="issues"), 4) is None
    url = reverse("studio:project_detail", args=[cleanset.project_id])
    answer = alice_client.get(f"{url}?preset=issues&row=5")
    assert answer.url == f"{url}?preset=all#row-4"
    answer = alice_client.get(f"{url}?preset=issues&row=3")
    assert answer.url == f"{url}?preset=issues#row-2"
    assert alice_client.get(f"{url}?row=7").status_code == 200


def test_every_preset_and_column_is_on_the_page(cleanset, alice_client):
    cleanset.flag_counts = {"is_outlier": 2, "is_label_issue": 1, "is_initially_unlabeled": 1}
    cleanset.save()
    url = reverse("studio:project_detail", args=[cleanset.project_id])
    shown = alice_client.get(f"{url}?preset=outliers&show=predicted_language").content.decode()
    assert f'{PRESETS["outliers"].title} <span class="count">2</span>' in shown
    assert 'aria-current="true">Outliers' in shown
    assert "Near duplicates" not in shown
    assert '<span class="chip">Outlier</span>' in shown
    assert ">fr</td>" in shown
