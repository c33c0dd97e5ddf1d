"""Rows drawn at random, and what they say of the given labels."""

import pytest
from django.urls import reverse

from automl.intervals import wilson_interval
from studio import random_sample
from studio.decisions import decide_row
from studio.random_sample import read_result, sampled_places
from studio.review import read_page
from studio.review_query import ReviewQuery

from ..factories import make_cleanset

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleanset(alice, tmp_path, monkeypatch):
    monkeypatch.setattr(random_sample, "N_SAMPLED", 4)
    return make_cleanset(alice, tmp_path)


def test_the_sample_stays_the_same_and_has_no_row_twice(cleanset):
    places = sampled_places(cleanset)
    assert places == sampled_places(cleanset)
    assert len(set(places)) == 4
    assert read_page(cleanset, ReviewQuery(preset="sample")).n_rows == 4


def test_confirmed_and_changed_labels_make_the_share_and_its_interval(cleanset, alice):
    assert read_result(cleanset).accuracy is None
    rows = read_page(cleanset, ReviewQuery(preset="sample")).rows
    labelled = [row for row in rows if row.given_label is not None]
    first, second, *_ = labelled
    other = "no" if second.given_label == "yes" else "yes"
    for row, action, label in ((first, "keep", None), (second, "label", other)):
        decide_row(cleanset=cleanset, row_id=row.row_id, action=action, label=label, user=alice)
    result = read_result(cleanset)
    assert (result.n_right, result.n_wrong, result.accuracy) == (1, 1, 0.5)
    assert (result.low, result.high) == wilson_interval(1, 2)


def test_excluded_rows_and_rows_outside_do_not_count(cleanset, alice):
    inside = read_page(cleanset, ReviewQuery(preset="sample")).rows
    ids = {row.row_id for row in inside}
    outside = next(row_id for row_id in range(6) if row_id not in ids)
    decide_row(cleanset=cleanset, row_id=inside[0].row_id, action="exclude", user=alice)
    decide_row(cleanset=cleanset, row_id=outside, action="keep", user=alice)
    result = read_result(cleanset)
    assert (result.n_excluded, result.n_right, result.accuracy) == (1, 0, None)


def test_a_label_typed_anew_as_it_was_confirms_it(cleanset, alice):
    rows = read_page(cleanset, ReviewQuery(preset="sample")).rows
    row = next(row for row in rows if row.given_label is not None)
    label = row.given_label
    decide_row(cleanset=cleanset, row_id=row.row_id, action="label", label=label, user=alice)
    assert read_result(cleanset).n_right == 1


def test_the_page_says_what_the_sample_says(cleanset, alice, alice_client):
    row = read_page(cleanset, ReviewQuery(preset="sample")).rows[0]
    decide_row(cleanset=cleanset, row_id=row.row_id, action="keep", user=alice)
    url = reverse("studio:project_detail", args=[cleanset.project_id])
    shown = alice_client.get(f"{url}?preset=sample").content.decode()
    assert "100.0% of the given labels are right" in shown
    assert "aria-sort" not in shown
    assert "aria-sort" in alice_client.get(f"{url}?preset=sample&sort=row_id").content.decode()
    assert "drawn at random" not in alice_client.get(url).content.decode()
