"""What one decision after another leaves behind, and how far undo goes back."""

import pytest

from automl.errors import InputError
from studio.clean_top import clean_top
from studio.decisions import MAX_LABEL_CHARS, Change, apply_changes, count_decisions, decide_row
from studio.models import Cleanset, DecisionEvent
from studio.review_query import ReviewQuery
from studio.undo import undo_batch, undo_row

from ..factories import make_cleanset

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleanset(alice, tmp_path):
    return make_cleanset(alice, tmp_path)


@pytest.fixture
def decide(cleanset, alice):
    def decide(row_id, action, label=None):
        return decide_row(cleanset=cleanset, row_id=row_id, action=action, label=label, user=alice)

    return decide


@pytest.fixture
def undo(cleanset, alice):
    return lambda row_id: undo_row(cleanset=cleanset, row_id=row_id, user=alice)


@pytest.fixture
def undo_all(cleanset, alice):
    return lambda batch_id: undo_batch(cleanset=cleanset, batch_id=batch_id, user=alice)


def states(cleanset):
    return {d.row_id: (d.action, d.corrected_label) for d in cleanset.decisions.all()}


def revision(cleanset):
    return Cleanset.objects.get(pk=cleanset.pk).revision


def fix(cleanset, user, *, k):
    query = ReviewQuery()
    return clean_top(cleanset=cleanset, query=query, k=k, action="auto-fix", user=user)


def test_every_action_is_kept_with_its_label_and_counted(cleanset, decide):
    decide(0, "keep")
    decide(1, "exclude")
    decide(2, "auto-fix", "yes")
    decide(3, "label", "maybe")
    assert states(cleanset) == {
        0: ("keep", None),
        1: ("exclude", None),
        2: ("auto-fix", "yes"),
        3: ("label", "maybe"),
    }
    assert count_decisions(cleanset) == {"all": 4, "corrected": 2, "excluded": 1, "kept": 1}


def test_an_action_without_a_label_drops_the_one_that_came_with_it(cleanset, decide):
    decide(2, "label", "yes")
    decide(2, "keep", "yes")
    assert states(cleanset) == {2: ("keep", None)}


def test_history_tells_who_changed_what_at_which_revision(cleanset, decide, undo, alice):
    decide(2, "label", "yes")
    decide(2, "exclude")
    undo(2)
    steps = DecisionEvent.objects.order_by("id").values_list(
        "revision", "old_action", "old_label", "new_action", "new_label", "is_undo"
    )
    assert list(steps) == [
        (1, "", None, "label", "yes", False),
        (2, "label", "yes", "exclude", None, False),
        (3, "exclude", None, "label", "yes", True),
    ]
    assert {event.decided_by for event in DecisionEvent.objects.all()} == {alice}
    assert revision(cleanset) == 3


def test_a_batch_is_one_revision_and_one_batch_of_events(cleanset, alice):
    changes = [Change(0, "keep"), Change(1, "exclude"), Change(4, "label", "no")]
    batch_id = apply_changes(cleanset=cleanset, changes=changes, user=alice)
    assert revision(cleanset) == 1
    assert DecisionEvent.objects.filter(batch_id=batch_id, revision=1).count() == 3


def test_one_wrong_row_of_a_batch_leaves_everything_as_it_was(cleanset, alice):
    changes = [Change(0, "keep"), Change(6, "keep")]
    with pytest.raises(InputError, match="rows 1 to 6") as refused:
        apply_changes(cleanset=cleanset, changes=changes, user=alice)
    assert refused.value.code == "UNKNOWN_ROW"
    assert (states(cleanset), revision(cleanset)) == ({}, 0)
    assert not DecisionEvent.objects.exists()


def test_undo_after_a_new_decision_goes_past_the_one_undone_before(cleanset, decide, undo):
    decide(2, "keep")
    decide(2, "exclude")
    undo(2)
    decide(2, "label", "yes")
    undo(2)
    assert states(cleanset) == {2: ("keep", None)}
    undo(2)
    assert states(cleanset) == {}
    assert not undo(2)


def test_a_row_with_a_long_history_can_be_undone_to_its_start(cleanset, decide, undo):
    for _ in range(60):
        decide(2, "keep")
    for _ in range(60):
        assert undo(2)
    assert states(cleanset) == {}
    assert not undo(2)


def test_undo_of_one_row_leaves_the_others_alone(cleanset, decide, undo):
    decide(2, "keep")
    decide(3, "exclude")
    assert undo(2)
    assert states(cleanset) == {3: ("exclude", None)}
    assert not undo(4)


def test_a_row_of_a_batch_can_be_undone_alone_and_is_not_undone_twice(
    cleanset, decide, undo, undo_all, alice
):
    decide(3, "keep")
    _, batch_id = fix(cleanset, alice, k=2)
    assert undo(2)
    assert undo_all(batch_id) == 1
    assert states(cleanset) == {3: ("keep", None)}
    assert undo_all(batch_id) == 0
    assert not undo(5)


def test_the_same_answer_given_again_by_hand_survives_undoing_the_batch(
    cleanset, decide, undo_all, alice
):
    _, batch_id = fix(cleanset, alice, k=1)
    decide(2, "keep")
    decide(2, "auto-fix", "yes")
    assert undo_all(batch_id) == 0
    assert states(cleanset) == {2: ("auto-fix", "yes")}


def test_pressing_undo_twice_does_not_take_back_what_came_between(
    cleanset, decide, undo_all, alice
):
    _, batch_id = fix(cleanset, alice, k=1)
    assert undo_all(batch_id) == 1
    decide(2, "auto-fix", "yes")
    assert undo_all(batch_id) == 0
    assert states(cleanset) == {2: ("auto-fix", "yes")}


def test_a_decision_taken_back_does_not_keep_its_row_from_the_undo_of_the_batch(
    cleanset, decide, undo, undo_all, alice
):
    _, batch_id = fix(cleanset, alice, k=1)
    decide(2, "exclude")
    undo(2)
    assert undo_all(batch_id) == 1
    assert states(cleanset) == {}


def test_a_batch_may_be_larger_than_one_query(cleanset, alice, undo_all, monkeypatch):
    monkeypatch.setattr("studio.decisions.ROWS_A_QUERY", 2)
    changes = [Change(row_id, "exclude") for row_id in range(6)]
    batch_id = apply_changes(cleanset=cleanset, changes=changes, user=alice)
    assert len(states(cleanset)) == 6
    assert undo_all(batch_id) == 6
    assert states(cleanset) == {}


def test_changes_may_be_made_while_they_are_read(cleanset, alice, undo_all, monkeypatch):
    monkeypatch.setattr("studio.decisions.ROWS_A_QUERY", 2)
    changes = (Change(row_id, "keep") for row_id in (5, 0, 3))
    batch_id = apply_changes(cleanset=cleanset, changes=changes, user=alice)
    assert sorted(states(cleanset)) == [0, 3, 5]
    assert revision(cleanset) == 1
    assert undo_all(batch_id) == 3


def test_a_wrong_row_late_in_a_large_batch_leaves_nothing_behind(cleanset, alice, monkeypatch):
    monkeypatch.setattr("studio.decisions.ROWS_A_QUERY", 2)
    changes = (Change(row_id, "keep") for row_id in (0, 1, 2, 3, 6))
    with pytest.raises(InputError, match="rows 1 to 6"):
        apply_changes(cleanset=cleanset, changes=changes, user=alice)
    assert (states(cleanset), revision(cleanset)) == ({}, 0)
    assert not DecisionEvent.objects.exists()


def test_rows_between_those_of_a_batch_are_left_alone(cleanset, decide, alice, undo_all):
    decide(1, "label", "maybe")
    changes = [Change(0, "keep"), Change(2, "exclude")]
    batch_id = apply_changes(cleanset=cleanset, changes=changes, user=alice)
    assert undo_all(batch_id) == 2
    assert states(cleanset) == {1: ("label", "maybe")}


def test_undoing_a_batch_gives_rows_the_state_from_before_it(cleanset, decide, undo_all, alice):
    decide(0, "label", "yes")
    batch_id = apply_changes(
        cleanset=cleanset, changes=[Change(0, "exclude"), Change(1, "exclude")], user=alice
    )
    assert undo_all(batch_id) == 2
    assert states(cleanset) == {0: ("label", "yes")}


def test_a_batch_of_another_cleanset_is_not_undone(cleanset, undo_all, alice, tmp_path):
    other = make_cleanset(alice, tmp_path)
    _, batch_id = fix(other, alice, k=1)
    assert undo_all(batch_id) == 0
    assert states(other) == {2: ("auto-fix", "yes")}


def test_auto_fix_never_touches_a_decided_row_and_stops_when_none_is_left(cleanset, decide, alice):
    decide(2, "exclude")
    decide(5, "label", "maybe")
    for row_id in (0, 1, 3, 4):
        decide(row_id, "keep")
    before = states(cleanset)
    assert fix(cleanset, alice, k=10) == (0, None)
    assert states(cleanset) == before
    assert revision(cleanset) == 6


def test_auto_fix_takes_no_more_than_asked(cleanset, alice):
    assert fix(cleanset, alice, k=1)[0] == 1
    assert states(cleanset) == {2: ("auto-fix", "yes")}


def test_a_label_is_trimmed_and_may_be_as_long_as_the_limit(cleanset, decide):
    decide(2, "label", f"  {'x' * MAX_LABEL_CHARS}\n")
    assert states(cleanset) == {2: ("label", "x" * MAX_LABEL_CHARS)}


@pytest.mark.parametrize(
    ("label", "code"),
    [
        (None, "LABEL_MISSING"),
        (" \t", "LABEL_MISSING"),
        ("x" * (MAX_LABEL_CHARS + 1), "LABEL_TOO_LONG"),
        (" Suggested Label ", "RESERVED_CLASS_NAME"),
    ],
)
def test_a_label_nobody_can_train_on_is_refused(cleanset, decide, label, code):
    with pytest.raises(InputError) as refused:
        decide(2, "label", label)
    assert refused.value.code == code
    assert states(cleanset) == {}


def test_label_sets_are_kept_in_one_form_and_may_be_empty(alice, tmp_path):
    several = make_cleanset(alice, tmp_path, problem_type="multi-label")
    decide_row(cleanset=several, row_id=0, action="label", label="joy, anger,joy", user=alice)
    decide_row(cleanset=several, row_id=1, action="label", label="", user=alice)
    assert states(several) == {0: ("label", "anger,joy"), 1: ("label", "")}


def test_the_reserved_class_is_refused_inside_a_set_too(alice, tmp_path):
    several = make_cleanset(alice, tmp_path, problem_type="multi-label")
    with pytest.raises(InputError, match="may not be named"):
        decide_row(
            cleanset=several, row_id=0, action="label", label="joy,Suggested Label", user=alice
        )
