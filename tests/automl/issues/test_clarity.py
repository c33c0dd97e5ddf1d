import numpy as np

from automl.issues.clarity import judge_clarity

PROBS = np.array([[0.48, 0.47, 0.05], [0.97, 0.02, 0.01], [0.97, 0.02, 0.01], [0.4, 0.4, 0.2]])


def test_a_row_between_two_classes_is_ambiguous():
    found = judge_clarity(PROBS, np.array([0, 0, 1, -1])).to_pydict()
    assert found["is_ambiguous"] == [True, False, False, False]
    assert found["ambiguous_score"][0] > found["ambiguous_score"][1]


def test_unlabelled_rows_have_no_score():
    found = judge_clarity(PROBS, np.array([0, 0, 1, -1])).to_pydict()
    assert found["ambiguous_score"][3] is None


def test_only_a_given_class_that_is_far_ahead_is_well_labelled():
    found = judge_clarity(PROBS, np.array([0, 0, 1, -1])).to_pydict()
    assert found["is_well_labeled"] == [False, True, False, False]


def test_of_sets_of_labels_nothing_is_said():
    found = judge_clarity(np.full((2, 3), 0.5), np.zeros((2, 3), dtype=np.int8)).to_pydict()
    assert found["ambiguous_score"] == [None, None]
    assert not any(found["is_ambiguous"] + found["is_well_labeled"])
