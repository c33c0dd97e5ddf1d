import numpy as np

from automl.issues.rare_classes import find_rare_classes


def test_a_class_of_four_rows_is_rare_and_unlabelled_rows_have_none():
    y = np.array([0] * 5 + [1] * 4 + [-1])
    assert find_rare_classes(y)["has_rare_class"].to_pylist() == [False] * 5 + [True] * 4 + [False]


def test_a_set_with_one_rare_label_is_rare():
    y = np.zeros((7, 2), dtype=np.int8)
    y[:6, 0], y[0, 1], y[6] = 1, 1, -1
    assert find_rare_classes(y)["has_rare_class"].to_pylist() == [True] + [False] * 6


def test_no_labels_at_all_are_no_class():
    assert find_rare_classes(np.array([-1, -1]))["has_rare_class"].to_pylist() == [False, False]
