"""Which values of which columns have the label issues, and that each leads to just its rows."""

import csv
import io
import random

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from django.http import QueryDict
from django.urls import reverse

from studio.analytics import read_analytics
from studio.files import local_path
from studio.review import read_page
from studio.review_query import ReviewQuery, parse_query

from ..factories import make_cleanset, write_table

pytestmark = pytest.mark.django_db

N_ROWS, SPAN = 2_000, 40
NASTY = ["", 'a,b "c"', "<script>alert(1)</script>", "é" * 300, "100 % & more", "=1+1"]


def kinds(**columns):
    return [
        {"name": name, "position": i, "kind": kind, "n_distinct": n_distinct, "n_missing": 0}
        for i, (name, (kind, n_distinct)) in enumerate(columns.items())
    ]


@pytest.fixture
def make(alice, tmp_path):
    """A cleanset of given columns and of the rows whose labels are wrong, in random order."""

    def make(profiles, columns, wrong, given=None):
        cleanset = make_cleanset(alice, tmp_path)
        n_rows = len(columns[0])
        order = random.Random(0).sample(range(n_rows), n_rows)
        given = given or ["a"] * n_rows
        issues = {
            "row_id": order,
            "given_label": pa.array([given[i] for i in order], pa.string()),
            "suggested_label": pa.array(["b" if i in wrong else None for i in order], pa.string()),
            "suggested_label_confidence_score": [0.9] * n_rows,
            "label_issue_score": [0.9] * n_rows,
            "is_label_issue": [i in wrong for i in order],
            "is_initially_unlabeled": [given[i] is None for i in order],
            "top_labels": [["a", "b"]] * n_rows,
            "top_probs": [[0.9, 0.1]] * n_rows,
        }
        local_path(cleanset.issues_file).write_bytes(write_table(tmp_path, issues).read_bytes())
        dataset = cleanset.project.dataset
        table = write_table(tmp_path, {f"c{i}": cells for i, cells in enumerate(columns)})
        local_path(dataset.table_file).write_bytes(table.read_bytes())
        dataset.profiles, dataset.n_rows = profiles, n_rows
        dataset.save()
        cleanset.project.feature_schema = profiles
        cleanset.project.save()
        cleanset.n_rows, cleanset.n_issues = n_rows, len(wrong)
        cleanset.save()
        return cleanset

    return make


def spots(cleanset):
    return read_analytics(cleanset).hot_spots


def rows_behind(cleanset, url):
    positions = [profile["position"] for profile in cleanset.project.dataset.profiles]
    return read_page(cleanset, parse_query(QueryDict(url[1:]), positions, "all")).n_rows


def every(step, start=0):
    return set(range(start, N_ROWS, step))


def test_a_value_with_clearly_more_issues_stands_out_and_the_others_do_not(make):
    sources = [f"source {i % 10}" for i in range(N_ROWS)]
    wrong = every(20, start=3) | every(97)
    cleanset = make(kinds(source=("categorical", 10)), [sources], wrong)
    assert [(bar.title, bar.n_rows, bar.share) for bar in spots(cleanset)] == [
        ("source: source 3", 101, 0.505)
    ]
    assert spots(cleanset)[0].detail == "50.5% of 200 rows (39.1% – 61.8%)"


def test_no_column_stands_out_where_errors_are_everywhere_alike(make, alice_client):
    chance = random.Random(0)
    columns = [[f"{chance.randrange(30)}" for _ in range(N_ROWS)] for _ in range(20)]
    profiles = kinds(**{f"column {i}": ("categorical", 30) for i in range(20)})
    cleanset = make(profiles, columns, set(chance.sample(range(N_ROWS), 200)))
    assert spots(cleanset) == []
    page = alice_client.get(reverse("studio:cleanset_analytics", args=[cleanset.pk]))
    assert "No column stands out." in page.content.decode()


@pytest.mark.parametrize("cell", NASTY)
def test_a_bar_leads_to_exactly_the_rows_it_counts(cell, make, alice_client):
    """Others contain the same text, and are right."""
    cells = [cell if i % SPAN == 0 else f"x{cell}{i % 3}" for i in range(N_ROWS)]
    profiles = kinds(text=("text", N_ROWS), source=("categorical", 4))
    cleanset = make(profiles, [["good"] * N_ROWS, cells], every(SPAN))
    (bar,) = spots(cleanset)
    assert (bar.n_rows, rows_behind(cleanset, bar.url)) == (50, 50)
    shown = alice_client.get(reverse("studio:cleanset_analytics", args=[cleanset.pk]))
    assert "<script>alert" not in shown.content.decode()
    page = alice_client.get(cleanset_url(cleanset) + bar.url).content.decode()
    assert "1–50 of 50" in page
    assert 'name="whole" value="1" checked' in page


def test_the_current_view_of_a_bar_is_exported(make, alice_client):
    cells = [NASTY[1] if i % SPAN == 0 else "other" for i in range(N_ROWS)]
    cleanset = make(kinds(source=("categorical", 2)), [cells], every(SPAN))
    url = reverse("studio:cleanset_export", args=[cleanset.pk])
    answer = alice_client.get(url + spots(cleanset)[0].url + "&rows=view")
    lines = list(csv.DictReader(io.StringIO(b"".join(answer).decode())))
    assert [line["source"] for line in lines] == [NASTY[1]] * 50


def test_numbers_are_looked_at_in_five_parts_of_as_many_rows(make):
    sizes = [repr(i / 7) for i in range(N_ROWS)]
    cleanset = make(kinds(size=("numeric", N_ROWS)), [sizes], set(range(1_600, N_ROWS, 4)))
    (bar,) = spots(cleanset)
    assert (bar.n_rows, bar.share) == (100, 0.25)
    assert bar.title.startswith("size: 228.")
    assert rows_behind(cleanset, bar.url) == 100


def test_equal_numbers_stay_together(make):
    sizes = ["0"] * 1_500 + [f" {i}e-3" for i in range(500)]
    wrong = set(range(0, 1_500, 100)) | set(range(1_501, N_ROWS, 5))
    cleanset = make(kinds(size=("numeric", 500)), [sizes], wrong)
    for bar in spots(cleanset):
        assert rows_behind(cleanset, bar.url) == bar.n_rows
    assert sum(bar.n_rows for bar in spots(cleanset)) == 100


@pytest.mark.parametrize("kind", ["categorical", "numeric"])
def test_a_null_of_a_json_file_is_an_empty_cell(kind, make):
    cells = [
        None if i % SPAN == 0 else "" if i % SPAN == 1 else str(i % 400) for i in range(N_ROWS)
    ]
    profiles = kinds(source=(kind, 400))
    profiles[0]["n_missing"] = 100
    cleanset = make(profiles, [cells], every(SPAN) | every(SPAN, start=1))
    (bar,) = spots(cleanset)
    assert (bar.title, bar.n_rows) == ("source: empty cell", 100)
    assert rows_behind(cleanset, bar.url) == 100


def test_rows_that_a_version_does_not_have_are_not_counted(make, tmp_path):
    cells = ["a" if i % SPAN == 0 else "b" for i in range(N_ROWS)]
    cleanset = make(kinds(source=("categorical", 2)), [cells], every(SPAN))
    path = local_path(cleanset.issues_file)
    kept = pq.read_table(path).filter(pc.greater_equal(pc.field("row_id"), 800))
    pq.write_table(kept, path)
    (bar,) = spots(cleanset)
    assert (bar.n_rows, bar.detail.split(" (")[0]) == (30, "100.0% of 30 rows")
    assert rows_behind(cleanset, bar.url) == 30


def test_numbers_with_few_values_and_missing_ones_are_told_apart(make):
    months = [str(i % 12 + 1) for i in range(N_ROWS)]
    sizes = ["" if i % SPAN == 7 else str(i) for i in range(N_ROWS)]
    profiles = kinds(month=("numeric", 12), size=("numeric", N_ROWS))
    profiles[1]["n_missing"] = 50
    wrong = every(SPAN, start=7) | every(24, start=4)
    cleanset = make(profiles, [months, sizes], wrong)
    found = spots(cleanset)
    assert [bar.title for bar in found] == ["size: empty cell", "month: 5"]
    for bar in found:
        assert rows_behind(cleanset, bar.url) == bar.n_rows


@pytest.mark.parametrize("form", ["{:04}-{:02}-{:02}", "{2:02}.{1:02}.{0:04}", "{1}/{2}/{0}"])
def test_days_are_looked_at_in_parts_however_they_are_written(form, make):
    days = [form.format(2020 + i // 336, i // 28 % 12 + 1, i % 28 + 1) for i in range(N_ROWS)]
    cleanset = make(kinds(day=("datetime", N_ROWS)), [days], set(range(0, 400, 3)))
    (bar,) = spots(cleanset)
    assert bar.title == "day: 2020-01-01 – 2021-03-08"
    assert rows_behind(cleanset, bar.url) == bar.n_rows


def test_moments_keep_their_fractions_and_zones(make):
    moments = [f"2024-01-01T{i // 100:02}:00:00.{i % 100:06}+01:00" for i in range(N_ROWS)]
    cleanset = make(kinds(at=("datetime", N_ROWS)), [moments], set(range(0, 400, 2)))
    (bar,) = spots(cleanset)
    assert (bar.n_rows, rows_behind(cleanset, bar.url)) == (200, 200)


def test_labels_texts_and_names_of_rows_are_not_looked_at(make):
    cells = ["x" if i % SPAN == 0 else str(i) for i in range(N_ROWS)]
    profiles = kinds(
        text=("text", 5),
        label=("categorical", 5),
        id=("identifier", N_ROWS),
        code=("categorical", N_ROWS - 49),
        url=("categorical", None),
    )
    assert spots(make(profiles, [cells] * 5, every(SPAN))) == []


def test_unlabelled_rows_dilute_nothing(make):
    """A source of which all rows are labelled is not worse than one with half of them."""
    sources = ["a" if i % 2 else "b" for i in range(N_ROWS)]
    given = [None if i % 4 == 0 else "a" for i in range(N_ROWS)]
    wrong = {i for i in range(N_ROWS) if i % 4 and i % 7 == 0}
    cleanset = make(kinds(source=("categorical", 2)), [sources], wrong, given)
    assert spots(cleanset) == []


def test_rare_values_are_left_out(make):
    cells = ["rare" if i < 19 else "often" for i in range(N_ROWS)]
    cleanset = make(kinds(source=("categorical", 2)), [cells], set(range(19)))
    assert spots(cleanset) == []


def found(cleanset, **asked):
    return sorted(row.row_id for row in read_page(cleanset, ReviewQuery(**asked)).rows)


def test_a_range_of_a_dataset_column_includes_its_limits(make):
    sizes = ["1", "2.5", "x", "", "1e1", "-3"]
    days = ["2024-03-30", "2024-03-31 23:59", "2024-04-01", "", "2023-01-01", "2024-03-31"]
    profiles = kinds(size=("numeric", 6), day=("datetime", 6))
    cleanset = make(profiles, [sizes, days], {0})
    assert found(cleanset, column=0, cell_from="1", cell_to="10") == [0, 1, 4]
    assert found(cleanset, column=0, cell_to="1") == [0, 5]
    assert found(cleanset, column=1, cell_from="2024-03-31") == [1, 2, 5]
    assert found(cleanset, column=1, cell_to="2024-03-31") == [0, 1, 4, 5]
    assert found(cleanset, column=1, cell_from="31.03.2024", cell_to="3/31/2024") == [1, 5]


def test_days_are_sorted_as_days(make):
    days = ["2.1.2024", "10.12.2023", "", "1.2.2024"]
    cleanset = make(kinds(day=("datetime", 4)), [days], {0})
    rows = read_page(cleanset, ReviewQuery(sort="c0", is_rising=True)).rows
    assert [row.row_id for row in rows] == [1, 0, 3, 2]


def test_a_whole_cell_is_more_than_a_part_of_it(make):
    cleanset = make(kinds(source=("categorical", 4)), [["ab", "a", "A", "", "a "]], {0})
    assert found(cleanset, column=0, contains="a") == [0, 1, 2, 4]
    assert found(cleanset, column=0, contains="a", is_whole=True) == [1]
    assert found(cleanset, column=0, is_whole=True) == [3]
    assert found(cleanset, column=0, contains="b", is_whole=True) == []


def cleanset_url(cleanset):
    return reverse("studio:project_detail", args=[cleanset.project_id])
