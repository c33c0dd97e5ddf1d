"""One row by itself: what is shown of it, and where a decision leads."""

import pyarrow as pa
import pytest
from django.urls import reverse

from studio.decisions import Change, apply_changes, decide_row
from studio.files import local_path
from studio.models import RowDecision, RowTag
from studio.resolver import read_detail
from studio.review_query import ReviewQuery
from studio.undo import last_standing_batch, undo_row

from ..factories import make_cleanset, store, write_table

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def cleanset(alice, tmp_path):
    """Shown in this order: 2, 4, 3, 1, 0, 5."""
    cleanset = make_cleanset(alice, tmp_path)
    neighbors = pa.array([[1, 2], [0], [4, 0, 3], [], [2], [0]], pa.list_(pa.int64()))
    path = write_table(tmp_path, {"neighbor_row_ids": neighbors})
    cleanset.project.row_facts_file = store(cleanset.workspace, "projects", path)
    cleanset.project.save()
    return cleanset


def url_of(cleanset, row_id, query="?preset=all"):
    return reverse("studio:row_detail", args=[cleanset.pk, row_id]) + query


def post(client, cleanset, row_id, htmx=True, **fields):
    fields = {"query": "preset=all", "resolver": "1"} | fields
    url = reverse("studio:row_decide", args=[cleanset.pk, row_id])
    return client.post(url, fields, headers=HTMX if htmx else {})


def shown_row(answer):
    text = answer.content.decode()
    return int(text.split('data-row="')[1].split('"')[0])


def test_a_row_stands_between_those_before_and_after_it(cleanset):
    detail = read_detail(cleanset, ReviewQuery(), 3)
    assert (detail.place, detail.n_rows) == (3, 6)
    assert (detail.previous_id, detail.next_id) == (4, 1)
    first, last = (read_detail(cleanset, ReviewQuery(), row_id) for row_id in (2, 5))
    assert (first.previous_id, first.next_id) == (None, 4)
    assert (last.previous_id, last.next_id) == (0, None)


def test_a_row_that_the_filters_do_not_show_leads_to_the_first_that_they_do(cleanset):
    detail = read_detail(cleanset, ReviewQuery(preset="issues"), 4)
    assert (detail.place, detail.n_rows, detail.next_id) == (None, 1, 2)
    assert read_detail(cleanset, ReviewQuery(search="nowhere"), 4).next_id is None
    alone = read_detail(cleanset, ReviewQuery(preset="issues"), 2)
    assert (alone.place, alone.previous_id, alone.next_id) == (1, None, None)


def test_classes_come_by_likelihood_and_say_which_is_given(cleanset):
    likely = read_detail(cleanset, ReviewQuery(), 2).likely
    assert [(label.name, label.key, label.is_given) for label in likely] == [
        ("yes", 1, False),
        ("no", 2, True),
    ]
    assert likely[0].is_suggested


def test_the_most_alike_rows_come_nearest_first_with_their_labels(cleanset):
    neighbors = read_detail(cleanset, ReviewQuery(), 2).neighbors
    assert [(row.row_id, row.given_label) for row in neighbors] == [
        (4, "yes"),
        (0, "yes"),
        (3, "no"),
    ]
    cleanset.project.row_facts_file = None
    assert read_detail(cleanset, ReviewQuery(), 2).neighbors == []


def test_the_page_and_the_panel_show_the_same_row(cleanset, alice_client):
    page = alice_client.get(url_of(cleanset, 2))
    panel = alice_client.get(url_of(cleanset, 2), headers=HTMX)
    assert "<html" in page.content.decode()
    assert "<html" not in panel.content.decode()
    assert shown_row(page) == shown_row(panel) == 2
    assert alice_client.get(url_of(cleanset, 6)).status_code == 404


def test_a_decision_leads_to_the_next_row_and_brings_the_old_one_up_to_date(cleanset, alice_client):
    answer = post(alice_client, cleanset, 2, action="keep", advance="1")
    assert shown_row(answer) == 4
    text = answer.content.decode()
    assert '<tr id="row-2"' in text
    assert "1 kept" in text
    assert "Undo last" in text
    assert "checked> Go to the next row" in text


def test_the_next_row_is_the_one_that_was_next_when_the_row_leaves_the_list(cleanset, alice_client):
    answer = post(
        alice_client, cleanset, 4, action="exclude", advance="1", query="preset=undecided"
    )
    assert shown_row(answer) == 3


def test_without_auto_advance_at_the_end_and_after_an_error_the_panel_stays(cleanset, alice_client):
    assert shown_row(post(alice_client, cleanset, 2, action="keep")) == 2
    assert shown_row(post(alice_client, cleanset, 5, action="keep", advance="1")) == 5
    answer = post(alice_client, cleanset, 2, action="label", label=" ", advance="1")
    assert shown_row(answer) == 2
    assert "Choose a label" in answer.content.decode()


def test_a_class_is_given_by_its_button(cleanset, alice_client):
    post(alice_client, cleanset, 2, chosen="yes")
    decision = RowDecision.objects.get()
    assert (decision.action, decision.corrected_label) == ("label", "yes")


def test_without_script_a_decision_leads_to_the_page_of_the_next_row(cleanset, alice_client):
    answer = post(alice_client, cleanset, 2, htmx=False, action="keep", advance="1")
    assert answer.url == url_of(cleanset, 4)


def test_a_tag_comes_and_goes_and_is_no_decision(cleanset, alice_client):
    answer = post(alice_client, cleanset, 2, action="needs-review", advance="1")
    assert shown_row(answer) == 2
    assert RowTag.objects.get().row_id == 2
    assert not RowDecision.objects.exists()
    page = alice_client.get(
        reverse("studio:project_detail", args=[cleanset.project_id]) + "?preset=needs-review"
    )
    assert "Needs review" in page.content.decode()
    assert 'id="row-2"' in page.content.decode()
    post(alice_client, cleanset, 2, action="needs-review")
    assert not RowTag.objects.exists()


def test_ticked_labels_are_a_set(alice, alice_client, tmp_path):
    cleanset = make_cleanset(alice, tmp_path, problem_type="multi-label")
    post(alice_client, cleanset, 2, action="label", labels=["yes", "a,b"])
    assert RowDecision.objects.get().corrected_label == '"a,b",yes'
    assert 'name="labels"' in alice_client.get(url_of(cleanset, 2)).content.decode()


def test_labels_that_are_not_likely_are_shown_and_survive_saving(alice, alice_client, tmp_path):
    cleanset = make_cleanset(alice, tmp_path, problem_type="multi-label")
    decide_row(cleanset=cleanset, row_id=2, action="label", label="rare,yes", user=alice)
    likely = read_detail(cleanset, ReviewQuery(), 2).likely
    assert [(label.name, label.prob is None, label.is_ticked) for label in likely] == [
        ("yes", False, True),
        ("no", False, False),
        ("rare", True, True),
    ]
    ticked = [label.name for label in likely if label.is_ticked]
    post(alice_client, cleanset, 2, action="label", labels=ticked, more="new, other")
    assert RowDecision.objects.get().corrected_label == "new,other,rare,yes"


def test_no_label_ticked_is_the_empty_set(alice, alice_client, tmp_path):
    cleanset = make_cleanset(alice, tmp_path, problem_type="multi-label")
    post(alice_client, cleanset, 2, action="label", more="")
    assert RowDecision.objects.get().corrected_label == ""
    assert not any(label.is_ticked for label in read_detail(cleanset, ReviewQuery(), 2).likely)


def test_a_kept_row_has_its_given_labels_ticked(alice, tmp_path):
    cleanset = make_cleanset(alice, tmp_path, problem_type="multi-label")
    decide_row(cleanset=cleanset, row_id=2, action="keep", user=alice)
    likely = read_detail(cleanset, ReviewQuery(), 2).likely
    assert [label.name for label in likely if label.is_ticked] == ["no"]


def test_the_last_batch_is_the_latest_of_which_something_is_left(cleanset, alice):
    assert last_standing_batch(cleanset) is None
    first = decide_row(cleanset=cleanset, row_id=1, action="keep", user=alice)
    second = decide_row(cleanset=cleanset, row_id=2, action="keep", user=alice)
    assert last_standing_batch(cleanset) == second
    undo_row(cleanset=cleanset, row_id=2, user=alice)
    assert last_standing_batch(cleanset) == first
    undo_row(cleanset=cleanset, row_id=1, user=alice)
    assert last_standing_batch(cleanset) is None


def test_a_batch_counts_until_its_last_row_is_taken_back(cleanset, alice):
    changes = [Change(row_id, "keep") for row_id in range(6)]
    batch = apply_changes(cleanset=cleanset, changes=changes, user=alice)
    for row_id in range(6):
        assert last_standing_batch(cleanset) == batch
        undo_row(cleanset=cleanset, row_id=row_id, user=alice)
    assert last_standing_batch(cleanset) is None
    again = decide_row(cleanset=cleanset, row_id=0, action="exclude", user=alice)
    assert last_standing_batch(cleanset) == again


def test_the_cost_of_finding_it_does_not_grow_with_the_batch(
    cleanset, alice, django_assert_num_queries
):
    changes = [Change(row_id, "keep") for row_id in range(6)]
    apply_changes(cleanset=cleanset, changes=changes, user=alice)
    with django_assert_num_queries(2):
        last_standing_batch(cleanset)
    undo_row(cleanset=cleanset, row_id=0, user=alice)
    with django_assert_num_queries(4):
        last_standing_batch(cleanset)


def test_cells_and_neighbours_are_never_markup(cleanset, alice_client, tmp_path):
    nasty = "<script>alert(1)</script>"
    columns = {"c0": [nasty] * 6, "c1": ["no"] * 6}
    path = write_table(tmp_path, columns)
    local_path(cleanset.project.dataset.table_file).write_bytes(path.read_bytes())
    shown = alice_client.get(url_of(cleanset, 2)).content.decode()
    assert nasty not in shown
    assert "&lt;script&gt;" in shown
