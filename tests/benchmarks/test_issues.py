"""The benchmark of finding wrong labels, on a small set whose wrong labels are known."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.automl import issues, ours
from benchmarks.automl.settings import read_settings


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """120 rows of two classes, ten of them with the other label."""
    rng = np.random.default_rng(0)
    size = np.repeat([-2.0, 2.0], 60) + rng.normal(size=120)
    truth = np.repeat(["small", "large"], 60)
    given = truth.copy()
    wrong = rng.choice(120, 10, replace=False)
    given[wrong] = np.where(truth[wrong] == "small", "large", "small")
    folder = tmp_path / "data" / "noisy"
    folder.mkdir(parents=True)
    table = pd.DataFrame({"id": range(120), "size": size, "color": "red", "label": given})
    table.to_csv(folder / "train.csv", index=False)
    table.to_csv(folder / "test.csv", index=False)
    pd.DataFrame({"id": range(120), "true_label": truth}).to_csv(folder / issues.TRUTH, index=False)
    meta = {"name": "noisy", "task": "multi-class", "modality": "tabular"}
    meta |= {"label_column": "label", "id_column": "id"}
    (folder / "meta.json").write_text(json.dumps(meta))
    monkeypatch.setattr(
        ours, "pick_families", lambda data, preset, seed: ["tabular_logistic_regression"]
    )
    return replace(read_settings(), data=tmp_path / "data", presets=["fast"], out=tmp_path)


def test_each_way_is_measured_against_the_true_labels(settings):
    (data_set,) = issues._noisy_sets(settings)
    rows = issues.measure(data_set, settings)
    assert [row[1] for row in rows] == [
        "ours-fast",
        "cleanlab, plain estimator",
        "ours-regular, trained on true labels",
    ]
    for row in rows:
        assert float(row[2]) > 0.8
        assert row[4].endswith("of 10 wrong")


def test_sets_without_true_labels_are_left_out(settings):
    (settings.data / "noisy" / issues.TRUTH).unlink()
    assert issues._noisy_sets(settings) == []
