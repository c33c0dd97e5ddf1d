"""Awkward numbers as labels, from the file to predictions: a sentence that says what is wrong, or a
sensible predictor."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.errors import InputError
from benchmarks.automl import ours
from benchmarks.automl.jobs import Job

N_ROWS = 60
FAMILIES = ["lightgbm_regressor", "tabular_ridge", "extra_trees_regressor", "mean"]
SIZES = [str((i * 37) % 50 / 10 + 3 * (i % 2)) for i in range(N_ROWS)]


@pytest.fixture(scope="module", autouse=True)
def _quick_candidates():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("automl.families.forests.N_TREES", 5)
        patch.setattr("automl.families.boosted_trees.MAX_VALUE_ROUNDS", 10)
        patch.setattr(ours, "pick_families", lambda data, preset, seed: FAMILIES)
        yield


def learn(labels, **features):
    """Predictions, with their intervals where these are known, of the training rows."""
    features = features or {"size": SIZES[: len(labels)]}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model").mkdir()
        rows = folder / "rows.csv"
        pd.DataFrame(features | {"label": labels}).to_csv(rows, index=False)
        options = {"preset": "fast"}
        job = Job("ours", rows, rows, "label", [], "regression", 0, options, None, folder)
        displayed = ours.fit(job)
        assert displayed.details["failed"] == {}
        assert displayed.r2 <= 1
        model = ours.load(job)
        found = ours.predict(model, ours.read_rows(model, job))
    assert np.isfinite(found.pred_probs).all()
    assert len(found.pred_probs) == len(labels)
    return found.pred_probs


def refused(labels):
    with pytest.raises(InputError) as caught:
        learn(labels)
    assert 20 < len(caught.value.message) <= 200
    return caught.value.code


def test_rows_without_a_number_are_predicted_like_the_others():
    labels = ["" if i % 3 == 0 else str(2 * float(size)) for i, size in enumerate(SIZES)]
    found = learn(labels)[:, 0]
    truth = 2 * np.array([float(size) for size in SIZES])
    assert np.corrcoef(found[::3], truth[::3])[0, 1] > 0.9


def test_very_large_and_very_small_numbers_are_learned_alike():
    for scale in (1e25, 1e-25):
        labels = [repr(float(size) * scale) for size in SIZES]
        found = learn(labels)[:, 0] / scale
        assert np.corrcoef(found, [float(size) for size in SIZES])[0, 1] > 0.9


def test_one_number_far_from_the_others_does_no_harm():
    labels = list(SIZES)
    labels[4] = "1e9"
    learn(labels)


def test_few_rows_are_predicted_without_intervals():
    found = learn(["1", "2", "3", "4", "5"])
    assert found.shape == (5, 1)


def test_infinite_numbers_are_refused_and_equal_ones_too():
    assert refused(["inf", *SIZES[1:]]) == "LABEL_NO_NUMBER"
    assert refused(["3"] * N_ROWS) == "ONE_VALUE"


def test_columns_that_tell_nothing_leave_the_mean():
    labels = [str(i % 2) for i in range(N_ROWS)]
    found = learn(labels, same=["1"] * N_ROWS, colour=["red", "green", "blue"] * (N_ROWS // 3))
    assert found[:, 0] == pytest.approx(np.full(N_ROWS, 0.5), abs=0.15)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.floats(-1e12, 1e12).map(repr), min_size=5, max_size=30))
def test_whatever_the_numbers_predictions_are_numbers(labels):
    if len(set(labels)) > 1:
        learn(labels)
