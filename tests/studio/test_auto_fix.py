"""Fixing a whole cleanset by a rule."""

import pyarrow as pa
import pytest
from django.urls import reverse

from studio.auto_fix import STRATEGIES, auto_fix, plan_changes, read_open
from studio.decisions import decide_row
from studio.undo import last_standing_batch, undo_batch
from studio.versions import create_version

from ..factories import make_cleanset, store, write_table

pytestmark = pytest.mark.django_db

# Row ids 0..5 of the factory's table.
FACTS = {
    "row_id": [0, 1, 2, 3, 4, 5],
    "given_label": ["yes", "no", "no", "no", "yes", None],
    "suggested_label": pa.array([None, "yes", "yes", None, None, "no"], pa.string()),
    "suggested_label_confidence_score": [0.9, 0.97, 0.6, 0.9, 0.9, 0.8],
    "is_label_issue": [False, True, True, False, False, False],
    "label_issue_score": [0.1, 0.8, 0.9, 0.1, 0.1, 0.0],
    "is_ambiguous": [True, False, False, False, False, False],
    "ambiguous_score": [0.95, 0.1, 0.2, 0.1, 0.1, 0.1],
    "is_outlier": [False, False, False, True, False, False],
    "outlier_score": [0.1, 0.1, 0.1, 0.7, 0.1, 0.1],
    "is_near_duplicate": [True, False, False, False, True, True],
    "near_duplicate_score": [0.9, 0.0, 0.0, 0.0, 0.9, 0.8],
    "near_duplicate_cluster_id": pa.array([0, None, None, None, 0, 0], pa.int64()),
    "is_initially_unlabeled": [False, False, False, False, False, True],
}


@pytest.fixture
def cleanset(alice, tmp_path):
    cleanset = make_cleanset(alice, tmp_path)
    path = write_table(tmp_path, FACTS)
    cleanset.issues_file = store(cleanset.workspace, "cleansets", path)
    cleanset.save()
    return cleanset


def plan(cleanset, key):
    changes = plan_changes(read_open(cleanset), STRATEGIES[key])
    return {change.row_id: (change.action, change.label) for change in changes}


EXCLUDED = ("exclude", None)
RELABELLED = ("auto-fix", "yes")


def test_for_a_better_model_sure_suggestions_are_taken_and_the_worst_left_out(cleanset):
    # One of two spare copies is more than a fifth: shares are rounded up.
    assert plan(cleanset, "optimized_training_data") == {
        1: RELABELLED,
        2: EXCLUDED,
        3: EXCLUDED,
        4: EXCLUDED,
    }


def test_as_suggested_every_label_issue_is_relabelled_and_one_copy_stays(cleanset):
    assert plan(cleanset, "suggested_actions") == {
        1: RELABELLED,
        2: RELABELLED,
        3: EXCLUDED,
        4: EXCLUDED,
        5: EXCLUDED,
    }


def test_all_issues_can_be_excluded(cleanset):
    assert plan(cleanset, "drop_all_issues") == dict.fromkeys([0, 1, 2, 3, 4, 5], EXCLUDED)


def test_what_people_decided_stays_and_the_batch_is_undone_whole(cleanset, alice):
    decide_row(cleanset=cleanset, row_id=3, action="keep", user=alice)
    n_rows, _ = auto_fix(cleanset=cleanset, strategy=STRATEGIES["suggested_actions"], user=alice)
    assert n_rows == 4
    assert cleanset.decisions.get(row_id=3).action == "keep"
    undo_batch(cleanset=cleanset, batch_id=last_standing_batch(cleanset), user=alice)
    assert cleanset.decisions.count() == 1


def test_an_older_analysis_with_fewer_flags_is_fixed_too(alice, tmp_path):
    older = make_cleanset(alice, tmp_path)
    assert plan(older, "suggested_actions") == {2: RELABELLED}


def test_the_page_says_what_each_way_would_do_and_does_it(cleanset, alice_client):
    url = reverse("studio:cleanset_auto_fix", args=[cleanset.pk])
    page = alice_client.get(url).content.decode()
    assert "2 relabelled, 3 excluded" in page
    answer = alice_client.post(url, {"strategy": "suggested_actions"}, follow=True)
    assert "changed 5 rows" in answer.content.decode()
    answer = alice_client.post(url, {"strategy": "suggested_actions"}, follow=True)
    assert "nothing to change" in answer.content.decode()


def test_an_unknown_way_changes_nothing(cleanset, alice_client):
    url = reverse("studio:cleanset_auto_fix", args=[cleanset.pk])
    answer = alice_client.post(url, {"strategy": "<script>"}, follow=True)
    assert "Choose one of the ways" in answer.content.decode()
    assert not cleanset.decisions.exists()


def test_an_old_version_is_not_fixed(cleanset, alice, alice_client):
    decide_row(cleanset=cleanset, row_id=3, action="keep", user=alice)
    create_version(cleanset=cleanset, user=alice)
    url = reverse("studio:cleanset_auto_fix", args=[cleanset.pk])
    answer = alice_client.post(url, {"strategy": "drop_all_issues"}, follow=True)
    assert "can only be read" in answer.content.decode()
    assert cleanset.decisions.count() == 1
