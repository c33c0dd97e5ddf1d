"""Labelling a dataset of which few rows have a label."""

import random

import pytest
from django.urls import reverse

from studio.auto_labels import GOOD_SHARES, propose
from studio.decisions import decide_row
from studio.models import Cleanset
from studio.projects import Setup
from studio.undo import last_standing_batch, undo_batch
from studio.versions import create_version

from ..factories import make_cleanset
from ..inline_jobs import analyse_file, run_all_jobs

pytestmark = pytest.mark.django_db

N_ROWS, N_LABELLED = 600, 260


def write_numbers(path):
    """Two classes that a number tells apart, but for a band in the middle."""
    chance = random.Random(1)
    lines = ["size,weight,label"]
    for i in range(N_ROWS):
        size = chance.uniform(0, 100)
        label = "big" if size + chance.uniform(-8, 8) > 50 else "small"
        lines.append(f"{size:.2f},{chance.uniform(0, 1):.3f},{label if i < N_LABELLED else ''}")
    path.write_text("\n".join(lines))


@pytest.fixture
def cleanset(alice, tmp_path):
    path = tmp_path / "sizes.csv"
    write_numbers(path)
    features = ["size", "weight"]
    setup = Setup("multi-class", "tabular", "label", feature_columns=features, preset="fast")
    return analyse_file(alice, path, setup)


def wizard(client, cleanset, **params):
    response = client.get(reverse("studio:cleanset_auto_label", args=[cleanset.pk]), params)
    assert response.status_code == 200
    return response.content.decode()


def test_the_surest_rows_are_labelled_at_once_and_become_given(cleanset, alice, alice_client):
    review = alice_client.get(reverse("studio:project_detail", args=[cleanset.project_id]))
    assert "Most rows have no label" in review.content.decode()
    proposal = propose(cleanset, threshold=None, page=None)
    assert proposal.is_proposed
    assert 20 < proposal.threshold < N_ROWS - N_LABELLED
    assert proposal.trust.low >= GOOD_SHARES[0]
    page = wizard(alice_client, cleanset)
    assert f"Label the first {proposal.threshold} rows" in page
    url = reverse("studio:cleanset_auto_label", args=[cleanset.pk])
    answer = alice_client.post(url, {"threshold": proposal.threshold}, follow=True)
    assert f"Labelled {proposal.threshold} rows" in answer.content.decode()
    assert cleanset.decisions.filter(action="auto-fix").count() == proposal.threshold
    left = propose(cleanset, threshold=None, page=None).page.n_rows
    assert left == N_ROWS - N_LABELLED - proposal.threshold
    version = create_version(cleanset=cleanset, user=alice)
    run_all_jobs()
    version.refresh_from_db()
    assert version.n_unlabelled == left
    assert version.status == Cleanset.Status.READY


def test_rows_stand_by_falling_confidence_and_a_threshold_can_be_chosen(cleanset, alice_client):
    proposal = propose(cleanset, threshold=70, page=1)
    assert [row.confidence for row in proposal.page.rows] == sorted(
        (row.confidence for row in proposal.page.rows), reverse=True
    )
    assert (proposal.threshold, proposal.is_proposed) == (70, False)
    page = wizard(alice_client, cleanset, threshold=70)
    # The page with the threshold row is shown.
    assert "Threshold row</span>" in page
    assert f"51–100 of {N_ROWS - N_LABELLED}" in page
    assert "Label the first 70 rows" in page


def test_what_was_decided_by_hand_stays_and_the_whole_is_undone(cleanset, alice, alice_client):
    first = propose(cleanset, threshold=1, page=1).page.rows[0]
    other = "big" if first.suggested_label == "small" else "small"
    decide_row(cleanset=cleanset, row_id=first.row_id, action="label", label=other, user=alice)
    url = reverse("studio:cleanset_auto_label", args=[cleanset.pk])
    alice_client.post(url, {"threshold": 10})
    assert cleanset.decisions.get(row_id=first.row_id).corrected_label == other
    assert cleanset.decisions.count() == 11
    undo_batch(cleanset=cleanset, batch_id=last_standing_batch(cleanset), user=alice)
    assert cleanset.decisions.count() == 1


@pytest.mark.parametrize("threshold", ["0", "-4", "many", "", "99999999999"])
def test_a_threshold_that_is_none_labels_nothing(alice, alice_client, tmp_path, threshold):
    cleanset = make_cleanset(alice, tmp_path)
    url = reverse("studio:cleanset_auto_label", args=[cleanset.pk])
    answer = alice_client.post(url, {"threshold": threshold}, follow=True)
    assert "Choose a threshold row" in answer.content.decode()
    assert not cleanset.decisions.exists()
    assert alice_client.get(url, {"threshold": threshold}).status_code == 200


def test_an_analysis_without_a_curve_proposes_nothing(alice, alice_client, tmp_path):
    cleanset = make_cleanset(alice, tmp_path)
    assert "No threshold is proposed" in wizard(alice_client, cleanset)
    assert "No labelled row is as sure" in wizard(alice_client, cleanset, threshold=1)


def test_where_labels_are_noisy_less_agreement_is_asked_for(alice, tmp_path):
    cleanset = make_cleanset(alice, tmp_path)
    # A hundred labelled rows, 92 of them predicted as labelled at any confidence.
    curve = [[0.5, 1000, 920], [0.85, 900, 840]]
    Cleanset.objects.update(source=cleanset.source | {"confidence_curve": curve})
    cleanset.refresh_from_db()
    assert propose(cleanset, threshold=None, page=None).threshold == 1
    curve = [[0.5, 1000, 700], [0.85, 900, 640]]
    Cleanset.objects.update(source=cleanset.source | {"confidence_curve": curve})
    cleanset.refresh_from_db()
    assert propose(cleanset, threshold=None, page=None).threshold == 0


def test_where_every_row_has_a_label_the_page_leads_back(alice, alice_client, tmp_path):
    cleanset = make_cleanset(alice, tmp_path)
    Cleanset.objects.update(n_unlabelled=0)
    url = reverse("studio:cleanset_auto_label", args=[cleanset.pk])
    answer = alice_client.get(url, follow=True)
    assert "Every row of this version has a label" in answer.content.decode()


def test_an_old_version_is_not_labelled(alice, alice_client, tmp_path):
    cleanset = make_cleanset(alice, tmp_path)
    decide_row(cleanset=cleanset, row_id=5, action="keep", user=alice)
    create_version(cleanset=cleanset, user=alice)
    url = reverse("studio:cleanset_auto_label", args=[cleanset.pk])
    answer = alice_client.post(url, {"threshold": "1"}, follow=True)
    assert "can only be read" in answer.content.decode()
    assert cleanset.decisions.count() == 1
