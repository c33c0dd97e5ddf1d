import numpy as np
import pytest

from automl.issues.labels import find_label_issues

CLASSES = ["a", "b", "c"]


def judge(y, pred_probs, predicted=None):
    y, pred_probs = np.array(y), np.array(pred_probs, dtype=np.float64)
    if predicted is None:
        predicted = pred_probs.argmax(axis=1) if y.ndim == 1 else (pred_probs >= 0.5).astype(int)
    problem_type = "multi-class" if y.ndim == 1 else "multi-label"
    table = find_label_issues(
        pred_probs,
        y,
        CLASSES[: pred_probs.shape[1]],
        problem_type=problem_type,
        predicted=np.asarray(predicted),
    )
    return table.to_pydict()


def sure_of(labels, n_classes=3, sure=0.9):
    probs = np.full((len(labels), n_classes), (1 - sure) / (n_classes - 1))
    probs[np.arange(len(labels)), labels] = sure
    return probs


def test_a_confidently_contradicted_label_is_an_issue_with_a_suggestion():
    truth = np.arange(60) % 3
    given = truth.copy()
    given[0] = 1
    found = judge(given, sure_of(truth))
    assert np.flatnonzero(found["is_label_issue"]).tolist() == [0]
    assert found["suggested_label"][0] == "a"
    assert found["suggested_label"][1:] == [None] * 59
    assert int(np.argmax(found["label_issue_score"])) == 0


def test_scores_follow_the_margin_and_one_is_worst():
    probs = [[0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.2, 0.6, 0.2], [0.1, 0.2, 0.7]]
    found = judge([0, 0, 1, 2], probs)
    # 1 - (p_given - max p_other + 1) / 2
    assert found["label_issue_score"] == pytest.approx([0.075, 0.85, 0.3, 0.25])


def test_unlabelled_rows_get_a_suggestion_and_no_score():
    truth = np.arange(30) % 3
    given = np.where(np.arange(30) < 5, -1, truth)
    found = judge(given, sure_of(truth))
    assert found["is_initially_unlabeled"] == [True] * 5 + [False] * 25
    assert found["label_issue_score"][:5] == [0.0] * 5
    assert found["suggested_label"][:5] == ["a", "b", "c", "a", "b"]
    assert not any(found["is_label_issue"])


def test_every_row_has_a_confidence_and_a_predicted_label():
    found = judge([0, 1, 2], sure_of([0, 1, 2]))
    assert found["suggested_label_confidence_score"] == pytest.approx([0.9] * 3)
    assert found["predicted_label"] == CLASSES


def test_a_class_without_rows_is_no_obstacle():
    truth = np.arange(40) % 2
    given = truth.copy()
    given[3] = 0
    found = judge(given, sure_of(truth))
    assert np.flatnonzero(found["is_label_issue"]).tolist() == [3]


@pytest.mark.parametrize("given", [[-1, -1, -1], [0, 0, 0], [0, 0, -1]])
def test_without_two_classes_nothing_is_an_issue(given):
    found = judge(given, sure_of([0, 1, 2]))
    assert not any(found["is_label_issue"])


def test_a_missing_label_of_a_set_is_an_issue_and_the_whole_set_is_suggested():
    truth = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]] * 15)
    given = truth.copy()
    given[0] = [1, 0, 0]
    found = judge(given, np.where(truth == 1, 0.92, 0.08) - [0.02, 0, 0])
    assert np.flatnonzero(found["is_label_issue"]).tolist() == [0]
    assert found["suggested_label"][0] == "b,a"
    assert int(np.argmax(found["label_issue_score"])) == 0


def test_unlabelled_sets_are_told_from_empty_ones():
    truth = np.array([[1, 0, 0], [0, 1, 1], [0, 0, 0]] * 10)
    given = truth.copy()
    given[0] = -1
    found = judge(given, np.where(truth == 1, 0.9, 0.1))
    assert found["is_initially_unlabeled"][:3] == [True, False, False]
    assert found["suggested_label"][0] == "a"


@pytest.mark.parametrize(
    "truth",
    [
        np.array([[1], [0], [0]] * 10),
        np.array([[1, 0], [1, 1], [1, 0]] * 10),
        np.array([[1, 1, 0], [1, 1, 0], [1, 0, 0]] * 10),
        np.ones((20, 2), dtype=int),
        np.zeros((20, 2), dtype=int),
    ],
    ids=["one label", "one on every row", "one on none", "all on every row", "no labels at all"],
)
def test_labels_that_every_row_or_no_row_has_are_no_obstacle(truth):
    found = judge(truth, np.where(truth == 1, 0.9, 0.1))
    assert not any(found["is_label_issue"])
    assert all(0 <= score <= 1 for score in found["label_issue_score"])


def test_an_error_among_sets_of_one_telling_label_is_found():
    truth = np.array([[1, 1], [1, 0]] * 20)
    given = truth.copy()
    given[0, 1] = 0
    found = judge(given, np.where(truth == 1, 0.9, 0.1))
    assert np.flatnonzero(found["is_label_issue"]).tolist() == [0]
