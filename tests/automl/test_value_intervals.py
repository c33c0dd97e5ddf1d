import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.value_intervals import ValueIntervals, cover_by_fold, fit_intervals


def make_rows(n_rows, seed=0, *, spread=None):
    """Predictions, labels and folds; the error grows with the prediction, and is skewed."""
    rng = np.random.default_rng(seed)
    values = rng.uniform(1, 10, n_rows)
    noise = rng.exponential(size=n_rows) - 1
    y = values + (values if spread is None else spread) * noise
    return values, y, np.arange(n_rows) % 5


def share_inside(intervals, values, y):
    low, high = intervals.around(values)
    return float(((low <= y) & (y <= high)).mean())


def test_new_rows_lie_inside_as_often_as_promised():
    shares = []
    for seed in range(40):
        values, y, _ = make_rows(400, seed)
        intervals = fit_intervals(values, y)
        new_values, new_y, _ = make_rows(2000, 1000 + seed)
        shares.append(share_inside(intervals, new_values, new_y))
    assert np.mean(shares) == pytest.approx(0.9, abs=0.015)


def test_they_are_wider_where_errors_are_larger_and_hold_in_each_range():
    intervals = fit_intervals(*make_rows(8000)[:2])
    low, high = intervals.around(np.array([1.2, 9.8]))
    assert (high - low)[1] > 4 * (high - low)[0]
    values, y, _ = make_rows(20_000, seed=1)
    for small, large in ((1, 4), (4, 7), (7, 10)):
        rows = (values >= small) & (values < large)
        assert share_inside(intervals, values[rows], y[rows]) == pytest.approx(0.9, abs=0.03)


def test_skewed_errors_give_uneven_sides():
    values, y, _ = make_rows(4000, spread=1.0)
    intervals = fit_intervals(values, y)
    assert max(intervals.above) > -min(intervals.below)


def test_another_level_is_another_width():
    values, y, _ = make_rows(1000, spread=1.0)
    narrow, wide = fit_intervals(values, y, level=0.5), fit_intervals(values, y, level=0.95)
    assert share_inside(narrow, values, y) == pytest.approx(0.5, abs=0.03)
    assert share_inside(wide, values, y) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(("n_rows", "is_known"), [(0, False), (18, False), (19, True)])
def test_too_few_rows_to_tell_give_no_interval(n_rows, is_known):
    values, y, _ = make_rows(n_rows)
    assert (fit_intervals(values, y) is not None) == is_known


def test_predictions_that_are_all_alike_share_one_interval():
    y = np.arange(2000.0)
    intervals = fit_intervals(np.full(2000, 5.0), y)
    assert share_inside(intervals, np.full(2000, 5.0), y) == pytest.approx(0.9, abs=0.01)
    assert np.isfinite(np.array(intervals.around(np.array([-1e9, 5.0, 1e9])))).all()


def test_coverage_is_measured_on_rows_that_had_no_part_in_it():
    values, y, folds = make_rows(3000)
    honest = cover_by_fold(values, y, folds)
    assert honest.share == pytest.approx(0.9, abs=0.02)
    moved = y + np.where(folds == 0, 1000, 0)
    # Intervals that had seen the first fold would reach its labels.
    assert cover_by_fold(values, moved, folds).share < 0.81
    assert cover_by_fold(values[:20], y[:20], folds[:20]) is None


def test_a_row_does_not_change_the_interval_it_is_judged_by():
    values, y, folds = make_rows(100)
    before = cover_by_fold(values, y, folds)
    y[np.flatnonzero(folds == 2)[0]] = 1e6
    after = cover_by_fold(values, y, folds)
    assert before.share - after.share <= 0.05


def test_intervals_read_as_they_were_written():
    intervals = fit_intervals(*make_rows(1000)[:2])
    assert ValueIntervals.from_json(json.loads(json.dumps(intervals.to_json()))) == intervals


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=19, max_size=60),
    st.sampled_from([0.5, 0.9]),
)
def test_intervals_hold_on_the_rows_they_were_made_of(pairs, level):
    values, y = np.array(pairs, dtype=float).T
    intervals = fit_intervals(values, y, level=level)
    assert share_inside(intervals, values, y) >= level - 1 / len(y)
    assert all(low <= high for low, high in zip(intervals.below, intervals.above, strict=True))
