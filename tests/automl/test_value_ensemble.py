import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from automl.value_ensemble import choose_deployed_values, fit_mean_weights, fit_value_ensemble

N_ROWS = 600
FOLDS = np.arange(N_ROWS) % 5


def make_candidates(**noises):
    rng = np.random.default_rng(0)
    y = rng.normal(loc=100, size=N_ROWS)
    oof = {
        name: (y + rng.normal(scale=noise, size=N_ROWS))[:, None] for name, noise in noises.items()
    }
    return oof, y


def test_candidates_that_err_apart_are_better_together():
    oof, y = make_candidates(one=1.0, other=1.0, poor=30.0)
    ensemble = fit_value_ensemble(oof, y, FOLDS)
    assert sum(ensemble.weights.values()) == pytest.approx(1)
    assert ensemble.weights["poor"] == 0
    assert ensemble.weights["one"] == pytest.approx(0.5, abs=0.1)
    error = ((ensemble.oof_values - y) ** 2).mean()
    assert error < 0.6 * ((oof["one"][:, 0] - y) ** 2).mean()


def test_one_candidate_is_its_own_ensemble():
    oof, y = make_candidates(one=1.0)
    ensemble = fit_value_ensemble(oof, y, FOLDS)
    assert ensemble.weights == {"one": 1.0}
    assert np.array_equal(ensemble.oof_values, oof["one"][:, 0])
    assert ensemble.coverage.share == pytest.approx(0.9, abs=0.04)
    assert ensemble.coverage.n_rows == N_ROWS


def test_what_is_reported_of_a_fold_was_decided_on_the_others():
    oof, y = make_candidates(one=1.0, other=1.2)
    fold = FOLDS == 3
    before = fit_value_ensemble(oof, y, FOLDS).oof_values[fold]
    changed = np.where(fold, -y, y)
    ensemble = fit_value_ensemble(oof, changed, FOLDS)
    assert np.array_equal(ensemble.oof_values[fold], before)


def test_unlabelled_rows_are_predicted_and_decide_nothing():
    oof, y = make_candidates(one=1.0, other=1.2)
    y[:200] = np.nan
    ensemble = fit_value_ensemble(oof, y, FOLDS)
    assert np.isfinite(ensemble.oof_values).all()
    assert ensemble.coverage.n_rows == 400
    oof["one"][:200] = 0
    again = fit_value_ensemble(oof, y, FOLDS)
    assert again.weights == ensemble.weights
    assert again.intervals == ensemble.intervals


def test_the_unit_and_the_zero_of_the_label_decide_nothing():
    oof, y = make_candidates(one=1.0, other=1.5, third=2.0)
    weights = fit_value_ensemble(oof, y, FOLDS).weights
    moved = {name: 1e6 + 1000 * values for name, values in oof.items()}
    found = fit_value_ensemble(moved, 1e6 + 1000 * y, FOLDS).weights
    assert found == pytest.approx(weights, abs=1e-6)


def test_candidates_without_a_single_error_share_the_weight():
    y = np.arange(10.0)
    assert fit_mean_weights(np.stack([y, y]), y).tolist() == [0.5, 0.5]


def test_the_least_squared_error_is_deployed_and_what_cannot_be_told_from_it_is_tied():
    oof, y = make_candidates(best=1.0, worse=1.5)
    values = {name: each[:, 0] for name, each in oof.items()}
    assert choose_deployed_values(values, y) == ("best", set())
    values["close"] = values["best"] + np.where(np.arange(N_ROWS) % 2, 1e-3, -1e-3)
    deployed, tied = choose_deployed_values(values, y)
    assert deployed in tied
    assert tied == {"best", "close"}


@settings(deadline=None, max_examples=60)
@given(arrays(float, (4, 9), elements=st.floats(-100, 100)))
def test_weights_are_a_mean_that_is_no_worse_than_equal_shares(numbers):
    stack, y = numbers[:3], numbers[3]
    weights = fit_mean_weights(stack, y)
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1)
    error = ((weights @ stack - y) ** 2).mean()
    equal = ((stack.mean(axis=0) - y) ** 2).mean()
    scale = ((stack - y) ** 2).mean()
    # The ridge gives up a thousandth of the mean squared error at most.
    assert error <= equal + 2e-3 * scale + 1e-9
