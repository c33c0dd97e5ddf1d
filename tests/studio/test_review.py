"""Decisions, their history, and the pages of the review."""

from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from automl.errors import InputError
from studio.clean_top import clean_top
from studio.decisions import count_decisions, decide_row
from studio.models import Cleanset, DecisionEvent, RowDecision
from studio.review import read_page
from studio.review_query import ReviewQuery
from studio.undo import undo_batch, undo_row

from ..factories import make_cleanset

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleanset(alice, tmp_path):
    return make_cleanset(alice, tmp_path)


def state(cleanset, row_id):
    decision = RowDecision.objects.filter(cleanset=cleanset, row_id=row_id).first()
    return (decision.action, decision.corrected_label) if decision else None


def revision(cleanset):
    return Cleanset.objects.get(pk=cleanset.pk).revision


def test_a_decision_leaves_state_history_and_a_new_revision(cleanset, alice):
    decide_row(cleanset=cleanset, row_id=2, action="label", label=" yes ", user=alice)
    assert state(cleanset, 2) == ("label", "yes")
    event = DecisionEvent.objects.get()
    assert (event.old_action, event.new_action, event.new_label) == ("", "label", "yes")
    assert revision(cleanset) == 1


def test_undo_goes_back_step_by_step_to_undecided(cleanset, alice):
    decide_row(cleanset=cleanset, row_id=2, action="keep", user=alice)
    decide_row(cleanset=cleanset, row_id=2, action="label", label="yes", user=alice)
    decide_row(cleanset=cleanset, row_id=2, action="exclude", user=alice)
    assert undo_row(cleanset=cleanset, row_id=2, user=alice)
    assert state(cleanset, 2) == ("label", "yes")
    assert undo_row(cleanset=cleanset, row_id=2, user=alice)
    assert state(cleanset, 2) == ("keep", None)
    assert undo_row(cleanset=cleanset, row_id=2, user=alice)
    assert state(cleanset, 2) is None
    assert not undo_row(cleanset=cleanset, row_id=2, user=alice)
    assert revision(cleanset) == 6


def clean(cleanset, user, *, preset="all", k=10, action="auto-fix", label=None):
    query = ReviewQuery(preset=preset)
    return clean_top(cleanset=cleanset, query=query, k=k, action=action, label=label, user=user)


def test_auto_fix_takes_the_first_and_never_overrides_a_person(cleanset, alice):
    decide_row(cleanset=cleanset, row_id=2, action="exclude", user=alice)
    n_fixed, batch_id = clean(cleanset, alice, k=5)
    assert n_fixed == 5
    assert state(cleanset, 2) == ("exclude", None)
    assert state(cleanset, 5) == ("auto-fix", "no")
    assert state(cleanset, 0) == ("keep", None)
    assert undo_batch(cleanset=cleanset, batch_id=batch_id, user=alice) == 5
    assert state(cleanset, 5) is None


def test_cleaning_stays_within_the_rows_that_are_shown(cleanset, alice):
    assert clean(cleanset, alice, preset="unlabelled", action="exclude")[0] == 1
    assert state(cleanset, 5) == ("exclude", None)
    assert clean(cleanset, alice, preset="issues", action="label", label=" yes ", k=3)[0] == 1
    assert state(cleanset, 2) == ("label", "yes")
    assert clean(cleanset, alice, preset="issues")[0] == 0
    assert count_decisions(cleanset)["all"] == 2


def test_labelling_many_rows_needs_a_label(cleanset, alice):
    with pytest.raises(InputError, match="Choose a label"):
        clean(cleanset, alice, action="label", label=" ")
    assert revision(cleanset) == 0


def test_undoing_a_batch_leaves_rows_that_were_decided_since(cleanset, alice):
    _, batch_id = clean(cleanset, alice, k=2)
    decide_row(cleanset=cleanset, row_id=4, action="exclude", user=alice)
    assert undo_batch(cleanset=cleanset, batch_id=batch_id, user=alice) == 1
    assert state(cleanset, 2) is None
    assert state(cleanset, 4) == ("exclude", None)


@pytest.mark.parametrize("label", ["", "   ", "x" * 501, "Suggested Label"])
def test_a_label_that_cannot_be_used_is_refused(cleanset, alice, label):
    with pytest.raises(InputError):
        decide_row(cleanset=cleanset, row_id=2, action="label", label=label, user=alice)
    assert revision(cleanset) == 0


def test_a_row_that_is_not_there_cannot_be_decided(cleanset, alice):
    with pytest.raises(InputError, match="rows 1 to 6"):
        decide_row(cleanset=cleanset, row_id=6, action="keep", user=alice)


def test_pages_are_sorted_by_score_and_filtered(cleanset, alice):
    decide_row(cleanset=cleanset, row_id=0, action="exclude", user=alice)
    shown = {
        name: [row.row_id for row in read_page(cleanset, ReviewQuery(preset=name)).rows]
        for name in ("all", "issues", "decided", "undecided", "unlabelled")
    }
    assert shown["all"] == [2, 4, 3, 1, 0, 5]
    assert shown["issues"] == [2]
    assert shown["decided"] == [0]
    assert shown["undecided"] == [2, 4, 3, 1, 5]
    assert shown["unlabelled"] == [5]
    row = read_page(cleanset, ReviewQuery(preset="issues", number=9)).rows[0]
    assert (row.cells, row.given_label, row.suggested_label) == ([("text", "fine")], "no", "yes")


def test_buttons_work_with_and_without_htmx(cleanset, alice_client):
    url = reverse("studio:row_decide", args=[cleanset.pk, 2])
    answer = alice_client.post(url, {"action": "auto-fix", "query": "preset=all&search=i"})
    assert answer.status_code == 302
    assert answer.url.endswith("?preset=all&search=i")
    assert state(cleanset, 2) == ("auto-fix", "yes")
    answer = alice_client.post(url, {"action": "undo"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert 'id="row-2"' in answer.content.decode()
    assert "0 corrected" in answer.content.decode()
    assert count_decisions(cleanset)["all"] == 0


def test_auto_fix_of_a_row_without_an_issue_keeps_it(cleanset, alice_client):
    url = reverse("studio:row_decide", args=[cleanset.pk, 0])
    alice_client.post(url, {"action": "auto-fix"}, headers={"HX-Request": "true"})
    assert state(cleanset, 0) == ("keep", None)


def test_cells_and_labels_are_never_markup(cleanset, alice, alice_client):
    nasty = "<img src=x onerror=alert(1)>"
    decide_row(cleanset=cleanset, row_id=2, action="label", label=nasty, user=alice)
    page = alice_client.get(reverse("studio:project_detail", args=[cleanset.project_id]))
    assert page.status_code == 200
    assert nasty not in page.content.decode()
    assert "&lt;img" in page.content.decode()


def test_a_row_beyond_the_first_thousand_can_be_swapped_by_its_id(cleanset):
    page = read_page(cleanset, ReviewQuery())
    row = replace(page.rows[0], row_id=1583)
    shown = render_to_string(
        "studio/review_row.html",
        {"row": row, "cleanset": cleanset, "page": page, "can_write": True},
    )
    assert 'id="row-1583"' in shown
    assert 'hx-target="#row-1583"' in shown


def test_the_page_says_how_many_near_duplicates_were_kept_together(cleanset, alice_client):
    url = reverse("studio:project_detail", args=[cleanset.project_id])
    assert (
        "near duplicates" not in alice_client.get(f"{url}?preset=near-duplicates").content.decode()
    )
    cleanset.source |= {"kept_together": {"rows": 1_004, "clusters": 2}}
    cleanset.flag_counts = {"is_near_duplicate": 1_004, "is_label_issue": 1}
    cleanset.save()
    sentence = "1,004 rows in 2 clusters of near duplicates were kept in one fold each"
    assert alice_client.get(url).content.decode().count(sentence) == 1
    shown = alice_client.get(f"{url}?preset=near-duplicates").content.decode()
    assert f"{sentence}, so that no row was judged" in shown
    assert "a common value" not in shown
    cleanset.flag_counts["is_near_duplicate"] = 2_000
    cleanset.save()
    shown = alice_client.get(f"{url}?preset=near-duplicates").content.decode()
    assert "a common value, no copies" in shown
