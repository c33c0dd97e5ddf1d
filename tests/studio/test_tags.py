"""The tag "needs review": in the history, and undone like a decision, beside which it stands."""

import pytest
from django.urls import reverse

from studio.clean_top import clean_top
from studio.decisions import decide_row
from studio.history import describe, list_batches
from studio.models import Cleanset
from studio.review_query import ReviewQuery
from studio.tags import tag_rows, toggle_needs_review
from studio.undo import is_standing, last_standing_batch, undo_batch, undo_row

from ..factories import make_cleanset

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleanset(alice, tmp_path):
    return make_cleanset(alice, tmp_path)


def tagged(cleanset):
    return set(cleanset.tags.values_list("row_id", flat=True))


def decided(cleanset):
    return dict(cleanset.decisions.values_list("row_id", "action"))


def words(cleanset):
    return [line.words for line in describe(cleanset, list(list_batches(cleanset)))]


def test_the_history_says_who_tagged_and_who_took_the_tag(cleanset, alice, alice_client):
    toggle_needs_review(cleanset=cleanset, row_id=2, user=alice)
    toggle_needs_review(cleanset=cleanset, row_id=2, user=alice)
    assert words(cleanset) == ["Took the tag from", "Tagged"]
    page = alice_client.get(reverse("studio:cleanset_history", args=[cleanset.pk]))
    assert "Took the tag from" in page.content.decode()


def test_undo_of_a_row_takes_back_what_was_done_last_tag_or_decision(cleanset, alice):
    def undo():
        return undo_row(cleanset=cleanset, row_id=2, user=alice)

    decide_row(cleanset=cleanset, row_id=2, action="keep", user=alice)
    toggle_needs_review(cleanset=cleanset, row_id=2, user=alice)
    decide_row(cleanset=cleanset, row_id=2, action="exclude", user=alice)
    assert undo()
    assert (decided(cleanset), tagged(cleanset)) == ({2: "keep"}, {2})
    assert undo()
    assert (decided(cleanset), tagged(cleanset)) == ({2: "keep"}, set())
    assert undo()
    assert (decided(cleanset), tagged(cleanset)) == ({}, set())
    assert not undo()


def test_a_batch_of_tags_is_undone_as_one(cleanset, alice):
    toggle_needs_review(cleanset=cleanset, row_id=2, user=alice)
    n_rows, batch = clean_top(
        cleanset=cleanset, query=ReviewQuery(preset="all"), k=3, action="needs-review", user=alice
    )
    assert (n_rows, len(tagged(cleanset))) == (3, 4)
    assert last_standing_batch(cleanset) == batch
    assert undo_batch(cleanset=cleanset, batch_id=batch, user=alice) == 3
    assert tagged(cleanset) == {2}
    assert not is_standing(cleanset, batch)
    assert words(cleanset) == ["Undid", "Tagged", "Tagged"]


def test_undo_of_a_batch_of_tags_leaves_rows_that_somebody_tagged_again(cleanset, alice):
    _, batch = tag_rows(cleanset=cleanset, row_ids=[1, 3], is_tagged=True, user=alice)
    toggle_needs_review(cleanset=cleanset, row_id=3, user=alice)
    toggle_needs_review(cleanset=cleanset, row_id=3, user=alice)
    assert undo_batch(cleanset=cleanset, batch_id=batch, user=alice) == 1
    assert tagged(cleanset) == {3}


def test_a_tag_in_between_does_not_hinder_the_undo_of_decisions(cleanset, alice):
    batch = decide_row(cleanset=cleanset, row_id=2, action="exclude", user=alice)
    toggle_needs_review(cleanset=cleanset, row_id=2, user=alice)
    assert undo_batch(cleanset=cleanset, batch_id=batch, user=alice) == 1
    assert (decided(cleanset), tagged(cleanset)) == ({}, {2})
    assert undo_row(cleanset=cleanset, row_id=2, user=alice)
    assert tagged(cleanset) == set()
    assert not undo_row(cleanset=cleanset, row_id=2, user=alice)


def test_tags_do_not_make_a_model_out_of_date(cleanset, alice):
    toggle_needs_review(cleanset=cleanset, row_id=2, user=alice)
    assert Cleanset.objects.get(pk=cleanset.pk).revision == cleanset.revision
