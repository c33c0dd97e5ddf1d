"""One action for many rows: the first ones shown, all of them, or those that were ticked."""

import pytest
from django.urls import reverse

from studio.decisions import decide_row
from studio.models import Cleanset
from studio.versions import create_version

from ..factories import make_cleanset

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleanset(alice, tmp_path):
    return make_cleanset(alice, tmp_path)


@pytest.fixture
def act(cleanset, alice_client):
    """Send the form of the review and read what is said then."""

    def act(action, **fields):
        url = reverse("studio:cleanset_clean_top", args=[cleanset.pk])
        answer = alice_client.post(
            url, {"action": action, "query": "preset=all"} | fields, follow=True
        )
        return answer.content.decode()

    return act


def decided(cleanset):
    rows = cleanset.decisions.values_list("row_id", "action", "corrected_label")
    return {row_id: (action, label) for row_id, action, label in rows}


def tagged(cleanset):
    return set(cleanset.tags.values_list("row_id", flat=True))


def test_ticked_rows_are_decided_even_if_they_were_before(cleanset, alice, act):
    decide_row(cleanset=cleanset, row_id=1, action="keep", user=alice)
    said = act("label", rows="ticked", ticked=["1", "4"], label="yes")
    assert "Labelled 2 rows" in said
    assert decided(cleanset) == {1: ("label", "yes"), 4: ("label", "yes")}


def test_auto_fix_of_ticked_rows_takes_each_ones_suggestion(cleanset, act):
    act("auto-fix", rows="ticked", ticked=["2", "5", "0"])
    assert decided(cleanset) == {
        2: ("auto-fix", "yes"),
        5: ("auto-fix", "no"),
        0: ("keep", None),
    }


def test_all_shown_leaves_decided_rows_as_they_are(cleanset, alice, act):
    decide_row(cleanset=cleanset, row_id=1, action="keep", user=alice)
    assert "Excluded 5 rows" in act("exclude", rows="all")
    assert decided(cleanset)[1] == ("keep", None)


def test_the_first_rows_shown_get_the_tag_and_lose_it(cleanset, alice, act):
    decide_row(cleanset=cleanset, row_id=2, action="keep", user=alice)
    assert "Tagged 2 rows" in act("needs-review", rows="top", k="2")
    # A tag stands beside a decision: the worst two rows, one of them decided.
    assert tagged(cleanset) == {2, 4}
    assert "Tagged 1 row." in act("needs-review", rows="top", k="1")
    assert tagged(cleanset) == {2, 4, 3}
    assert "Took the tag from 3 rows" in act("needs-no-review", rows="all")
    assert tagged(cleanset) == set()
    assert "None of these rows is tagged" in act("needs-no-review", rows="all")
    assert decided(cleanset) == {2: ("keep", None)}


def test_ticked_rows_that_are_tagged_already_do_not_count(cleanset, act):
    act("needs-review", rows="ticked", ticked=["1"])
    assert "Tagged 1 row." in act("needs-review", rows="ticked", ticked=["1", "3"])
    assert tagged(cleanset) == {1, 3}


@pytest.mark.parametrize("ticked", [[], ["x"], ["-1"], ["99"], ["1" * 30]])
def test_rows_that_are_not_there_are_not_decided(cleanset, act, ticked):
    act("exclude", rows="ticked", ticked=ticked)
    assert decided(cleanset) == {}


def test_without_a_tick_the_answer_asks_for_one(act):
    assert "Tick some rows first" in act("exclude", rows="ticked")


def test_a_label_is_asked_for_before_anything_is_changed(cleanset, act):
    assert "Choose a label" in act("label", rows="ticked", ticked=["1", "2"])
    assert decided(cleanset) == {}


@pytest.mark.parametrize("action", ["exclude", "needs-review"])
def test_an_old_version_is_not_changed(cleanset, alice, act, action):
    decide_row(cleanset=cleanset, row_id=1, action="keep", user=alice)
    create_version(cleanset=cleanset, user=alice)
    Cleanset.objects.filter(version=2).update(status="ready")
    assert "can only be read" in act(action, rows="ticked", ticked=["2"])
    assert (decided(cleanset), tagged(cleanset)) == ({1: ("keep", None)}, set())


def test_the_page_has_a_box_to_tick_for_each_row(cleanset, alice_client):
    url = reverse("studio:project_detail", args=[cleanset.project_id])
    page = alice_client.get(url, {"preset": "all"}).content.decode()
    assert page.count('name="ticked"') == 6
    assert page.count('form="batch"') == 6
