"""Who decided what, and when."""

import pytest
from django.urls import reverse

from studio.clean_top import clean_top
from studio.decisions import decide_row
from studio.history import describe, list_batches
from studio.review_query import ReviewQuery
from studio.undo import undo_batch

from ..factories import make_cleanset

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleanset(alice, tmp_path):
    return make_cleanset(alice, tmp_path)


def lines_of(cleanset):
    return describe(cleanset, list(list_batches(cleanset)))


def test_batches_are_lines_newest_first(cleanset, alice):
    decide_row(cleanset=cleanset, row_id=3, action="label", label="yes", user=alice)
    n_rows, batch_id = clean_top(
        cleanset=cleanset, query=ReviewQuery(), k=10, action="auto-fix", user=alice
    )
    undo_batch(cleanset=cleanset, batch_id=batch_id, user=alice)
    undone, fixed, labelled = lines_of(cleanset)
    assert (undone.words, undone.n_rows) == ("Undid", n_rows)
    assert (fixed.words, fixed.n_rows, fixed.labels) == ("Auto-fixed", 5, ["no", "yes"])
    assert (labelled.words, labelled.number, labelled.labels) == ("Labelled", 4, ["yes"])
    assert {line.decided_by for line in lines_of(cleanset)} == {alice.email}


def test_a_person_who_is_gone_leaves_the_decisions(cleanset, alice, bob):
    decide_row(cleanset=cleanset, row_id=3, action="keep", user=bob)
    bob.delete()
    assert lines_of(cleanset)[0].decided_by == "somebody who is gone"


def test_the_page_costs_as_many_queries_for_many_batches_as_for_few(
    cleanset, alice, alice_client, django_assert_max_num_queries
):
    url = reverse("studio:cleanset_history", args=[cleanset.pk])
    assert "Nothing was decided yet" in alice_client.get(url).content.decode()
    for row_id in (0, 1, 2, 3, 4, 5, 1, 2, 3):
        decide_row(cleanset=cleanset, row_id=row_id, action="keep", user=alice)
    with django_assert_max_num_queries(12):
        shown = alice_client.get(url).content.decode()
    assert shown.count("Kept") == 9


def test_labels_are_never_markup(cleanset, alice, alice_client):
    decide_row(cleanset=cleanset, row_id=1, action="label", label="<b>x</b>", user=alice)
    shown = alice_client.get(reverse("studio:cleanset_history", args=[cleanset.pk]))
    assert "<b>x</b>" not in shown.content.decode()
