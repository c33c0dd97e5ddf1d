import numpy as np
import pytest

from automl.issues.values import find_value_issues


def judge(values, y, labels=None):
    y = np.array(y, dtype=float)
    labels = labels or [None if np.isnan(number) else f"{number:.1f}" for number in y]
    return find_value_issues(np.array(values, dtype=float), y, labels).to_pydict()


def noisy(n_rows=1000, seed=0, scale=1.0):
    chance = np.random.default_rng(seed)
    values = chance.uniform(0, 100, n_rows)
    return values, values + scale * chance.normal(size=n_rows)


def test_a_number_far_from_its_prediction_is_an_issue_with_a_suggestion():
    values, y = noisy()
    values[3], y[3] = 42.04, 90.0
    found = judge(values, y)
    assert found["is_label_issue"][3]
    assert found["suggested_label"][3] == "42.0"
    assert int(np.argmax(found["label_issue_score"])) == 3


def test_of_honest_numbers_hardly_any_is_flagged():
    found = judge(*noisy(5000))
    assert np.mean(found["is_label_issue"]) < 0.01


def test_the_flag_begins_at_a_score_of_one_half():
    found = judge(*noisy(5000))
    assert [score >= 0.5 for score in found["label_issue_score"]] == found["is_label_issue"]


def test_unlabelled_rows_get_a_suggestion_and_no_score():
    values, y = noisy()
    y[:5] = np.nan
    found = judge(values, y)
    assert found["is_initially_unlabeled"] == [True] * 5 + [False] * 995
    assert found["label_issue_score"][:5] == [0.0] * 5
    assert found["suggested_label"][:5] == found["predicted_label"][:5]


def test_large_numbers_may_be_missed_by_more():
    chance = np.random.default_rng(1)
    values = np.concatenate([np.full(2000, 10.0), np.full(2000, 1000.0)]) * chance.uniform(
        0.9, 1.1, 4000
    )
    y = values * (1 + 0.05 * chance.normal(size=4000))
    y[0], y[2000] = values[0] + 5, values[2000] + 5
    scores = judge(values, y)["label_issue_score"]
    assert scores[0] > 2 * scores[2000]


def test_neither_unit_nor_zero_of_the_labels_changes_a_score():
    values, y = noisy()
    first = judge(values, y)["label_issue_score"]
    other = judge(1000 + 60 * values, 1000 + 60 * y)["label_issue_score"]
    assert other == pytest.approx(first, rel=1e-6)


@pytest.mark.parametrize(
    ("labels", "written"),
    [
        (["1", "2", "3", "4"], "2"),
        (["1.5", "2", "3", "4.25"], "2.35"),
        (["1.23456789012", "2", "3", "4"], "2.3457"),
        (["1e3", "2", "3", "4"], "2.3457"),
    ],
)
def test_suggestions_are_written_as_the_labels_are(labels, written):
    y = [1.0, 2.0, 3.0, 4.0]
    assert judge([2.345678901] * 4, y, labels)["predicted_label"][0] == written


def test_equal_numbers_predicted_exactly_are_no_issue():
    found = judge([5.0] * 20, [5.0] * 20)
    assert not any(found["is_label_issue"])
    assert found["label_issue_score"] == [0.0] * 20


def test_without_any_label_there_is_nothing_to_judge():
    found = judge([1.0, 2.0], [np.nan, np.nan])
    assert found["is_initially_unlabeled"] == [True, True]
    assert not any(found["is_label_issue"])
