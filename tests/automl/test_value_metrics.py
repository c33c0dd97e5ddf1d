import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from automl import value_metrics
from automl.value_metrics import root_mean_squared_error, score_values

NUMBERS = st.floats(-1e6, 1e6)


def make_values(n_rows, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.normal(size=n_rows)
    return y + rng.normal(scale=0.5, size=n_rows), y


def test_scores_by_hand():
    score = score_values(np.array([1.0, 2.0, 5.0, 0.0]), np.array([1.0, 3.0, 5.0, np.nan]), seed=0)
    assert score.n_rows == 3
    assert score.r2 == pytest.approx(1 - 1 / 8)
    assert score.rmse == pytest.approx(np.sqrt(1 / 3))
    assert score.mae == pytest.approx(1 / 3)


def test_the_mean_explains_nothing_and_worse_than_that_is_below_zero():
    y = np.arange(10.0)
    assert score_values(np.full(10, 4.5), y, seed=0).r2 == 0
    assert score_values(np.full(10, 9.0), y, seed=0).r2 < 0


def test_labels_that_are_all_equal_leave_nothing_to_explain():
    score = score_values(np.array([1.0, 2.0]), np.array([3.0, 3.0]), seed=0)
    assert (score.r2, score.r2_low, score.r2_high) == (0, 0, 0)
    assert score.mae == 1.5


def test_intervals_contain_the_score_and_come_out_the_same_again():
    values, y = make_values(500)
    score = score_values(values, y, seed=3)
    assert score.r2_low < score.r2 < score.r2_high
    assert score.rmse_low < score.rmse < score.rmse_high
    assert score.mae_low < score.mae < score.mae_high
    assert score_values(values, y, seed=3) == score


def test_intervals_contain_the_true_score_about_as_often_as_they_say():
    inside = [
        score.rmse_low <= 0.5 <= score.rmse_high
        for score in (score_values(*make_values(300, seed), seed=0) for seed in range(60))
    ]
    assert 0.85 <= np.mean(inside) <= 1


def test_parcels_of_rows_give_intervals_as_wide_as_rows_do(monkeypatch):
    values, y = make_values(4000)
    parcels = score_values(values, y, seed=0)
    monkeypatch.setattr(value_metrics, "MAX_PARCELS", 4000)
    rows = score_values(values, y, seed=0)
    assert parcels.standard_error == pytest.approx(rows.standard_error, rel=0.15)
    assert parcels.r2 == rows.r2


@settings(deadline=None, max_examples=40)
@given(arrays(float, (2, 12), elements=NUMBERS))
def test_whatever_the_numbers_scores_are_finite_and_in_order(pair):
    score = score_values(pair[0], pair[1], seed=0)
    assert all(np.isfinite(value) for value in score.to_json().values())
    # Squares of errors below 1e-162 are 0.
    assert 0 <= score.mae <= score.rmse * (1 + 1e-9) + 1e-150
    assert score.rmse == pytest.approx(root_mean_squared_error(*pair))
    assert score.r2 <= 1
