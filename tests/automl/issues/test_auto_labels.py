import numpy as np

from automl.issues.auto_labels import confidence_curve


def test_rows_at_least_as_sure_and_how_many_are_right():
    confidence = np.array([0.2, 0.9, 0.5, 0.5])
    right = np.array([False, True, True, False])
    curve = {
        step: (n_rows, n_right) for step, n_rows, n_right in confidence_curve(confidence, right)
    }
    assert curve[0.0] == (4, 2)
    assert curve[0.5] == (3, 2)
    assert curve[0.51] == (1, 1)
    assert curve[0.9] == (1, 1)
    assert curve[0.91] == (0, 0)


def test_without_a_labelled_row_there_is_nothing_to_count():
    curve = confidence_curve(np.empty(0), np.empty(0, dtype=bool))
    assert {n_rows for _, n_rows, _ in curve} == {0}
