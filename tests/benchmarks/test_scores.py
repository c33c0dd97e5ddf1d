import numpy as np
import pytest

from benchmarks.automl.jobs import Predictions, r2_error
from benchmarks.automl.scores import calibration_error, score


def test_scores_of_classes_by_hand():
    probs = np.array([[0.8, 0.2], [0.4, 0.6], [0.7, 0.3], [0.1, 0.9]])
    predictions = Predictions(["no", "yes"], probs, ["no", "yes", "no", "yes"])
    found = score(predictions, ["no", "yes", "yes", "yes"], "multi-class")
    assert found["accuracy"] == 0.75
    assert found["standard_error"] == pytest.approx(np.sqrt(0.75 * 0.25 / 4))
    assert found["macro_f1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert found["log_loss"] == pytest.approx(-np.log([0.8, 0.6, 0.3, 0.9]).mean())


def test_labels_count_as_suggested_even_against_the_probabilities():
    predictions = Predictions(["no", "yes"], np.array([[0.6, 0.4]]), ["yes"])
    assert score(predictions, ["yes"], "multi-class")["accuracy"] == 1.0


def test_a_class_the_tool_does_not_know_costs_the_most_but_not_infinitely():
    predictions = Predictions(["no", "yes"], np.array([[1.0, 0.0]]), ["no"])
    found = score(predictions, ["perhaps"], "multi-class")
    assert found["accuracy"] == 0.0
    assert found["log_loss"] == pytest.approx(-np.log(1e-7))


def test_calibration_is_measured_in_bins_of_equally_many_rows():
    confidence = np.repeat([0.6, 0.9], 150)
    right = np.concatenate([np.arange(150) % 10 < 6, np.arange(150) % 10 < 5])
    assert calibration_error(confidence, right) == pytest.approx(0.2)
    assert calibration_error(np.array([0.75]), np.array([True])) == 0.25


def test_scores_of_sets_by_hand():
    probs = np.array([[0.9, 0.8], [0.2, 0.3]])
    predictions = Predictions(["a", "b"], probs, ["b,a", ""])
    found = score(predictions, ["a,b", "c"], "multi-label")
    assert found["accuracy"] == 0.5
    assert found["jaccard"] == 0.5
    assert found["micro_f1"] == pytest.approx(4 / 5)
    assert found["macro_f1"] == pytest.approx(2 / 3)
    assert found["hamming_loss"] == pytest.approx(1 / 6)
    assert found["balanced_macro_f1"] is None


def test_sets_suggested_by_another_decision_are_scored_beside():
    probs = np.array([[0.9, 0.8], [0.2, 0.3]])
    predictions = Predictions(["a", "b"], probs, ["a", ""], balanced_labels=["a,b", "b"])
    found = score(predictions, ["a,b", "a"], "multi-label")
    assert found["macro_f1"] == pytest.approx((2 / 3) / 2)
    assert found["balanced_macro_f1"] == pytest.approx((2 / 3 + 2 / 3) / 2)


def test_scores_of_numbers_by_hand():
    columns = np.array([[1.0, 0, 2], [3.0, 2, 4], [6.0, 5, 7], [9.0, 0, 0]])
    predictions = Predictions(["value", "low", "high"], columns, [])
    found = score(predictions, ["1", "3", "4", ""], "regression")
    assert found["r2"] == pytest.approx(1 - 4 / (14 / 3))
    assert found["rmse"] == pytest.approx(np.sqrt(4 / 3))
    assert found["mae"] == pytest.approx(2 / 3)
    assert found["coverage"] == pytest.approx(2 / 3)
    spread = np.sqrt(14 / 9)
    assert found["width"] == pytest.approx(2 / spread)
    assert found["relative_rmse"] == pytest.approx(np.sqrt(4 / 3) / spread)


def test_a_tool_without_intervals_has_no_coverage():
    predictions = Predictions(["value"], np.array([[1.0], [2.0]]), [])
    found = score(predictions, ["1", "2"], "regression")
    assert (found["r2"], found["coverage"], found["width"]) == (1, None, None)


def test_the_error_of_r2_is_that_of_normal_errors():
    chance = np.random.default_rng(0)
    y = chance.normal(size=(400, 500))
    noisy = y + chance.normal(scale=0.5, size=y.shape)
    correlation = ((y - y.mean(1, keepdims=True)) * noisy).mean(1) / y.std(1) / noisy.std(1)
    assert r2_error(0.8, 500) == pytest.approx(float((correlation**2).std()), rel=0.15)
