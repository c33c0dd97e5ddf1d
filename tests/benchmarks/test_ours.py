import numpy as np
import pandas as pd
import pytest

from automl.errors import InputError
from benchmarks.automl import ours
from benchmarks.automl.jobs import Job
from benchmarks.automl.scores import score

N_ROWS = 90


def make_job(folder, train, test, **changes):
    train.to_csv(folder / "train.csv", index=False)
    test.to_csv(folder / "test.csv", index=False)
    (folder / "model").mkdir()
    asked = {
        "module": "ours",
        "train_file": folder / "train.csv",
        "test_file": folder / "test.csv",
        "label_column": "label",
        "ignored": [],
        "problem_type": "multi-class",
        "seed": 0,
        "options": {"preset": "fast"},
        "time_limit": None,
        "folder": folder,
    }
    return Job(**(asked | changes))


def make_table(n_rows=N_ROWS):
    rng = np.random.default_rng(0)
    size = rng.normal(size=n_rows).round(3)
    color = rng.choice(["red", "green"], size=n_rows)
    label = np.where(size + (color == "red") > 0.5, "large", "small")
    return pd.DataFrame({"size": size, "color": color, "label": label})


@pytest.fixture
def _few_candidates(monkeypatch):
    """The ones that train in no time."""
    names = ["majority", "tabular_logistic_regression"]
    monkeypatch.setattr(ours, "pick_families", lambda data, preset, seed: names)


@pytest.mark.usefixtures("_few_candidates")
def test_from_a_file_to_predictions_that_are_better_than_chance(tmp_path):
    job = make_job(tmp_path, make_table(), make_table())
    displayed = ours.fit(job)
    assert displayed.details["deployed"] == "tabular_logistic_regression"
    assert displayed.details["failed"] == {}
    assert displayed.accuracy > 0.7
    assert displayed.standard_error > 0
    model = ours.load(job)
    predictions = ours.predict(model, ours.read_rows(model, job))
    truth = make_table()["label"].tolist()
    assert score(predictions, truth, "multi-class")["accuracy"] > 0.8


@pytest.mark.usefixtures("_few_candidates")
def test_sets_of_labels_are_suggested_as_sets(tmp_path):
    table = make_table()
    table["label"] = np.where(table["color"] == "red", "warm,red", "green")
    job = make_job(tmp_path, table, table, problem_type="multi-label")
    ours.fit(job)
    model = ours.load(job)
    predictions = ours.predict(model, ours.read_rows(model, job))
    assert predictions.classes == ["green", "red", "warm"]
    truth = table["label"].tolist()
    found = score(predictions, truth, "multi-label")
    assert found["accuracy"] == 1.0
    assert found["balanced_macro_f1"] == 1.0


def test_a_candidate_that_fails_is_named_and_the_others_go_on(tmp_path, monkeypatch):
    names = ["no_such_family", "tabular_logistic_regression"]
    monkeypatch.setattr(ours, "pick_families", lambda data, preset, seed: names)
    displayed = ours.fit(make_job(tmp_path, make_table(), make_table()))
    assert displayed.details["failed"] == {"no_such_family": "KeyError: 'no_such_family'"}
    assert displayed.details["deployed"] == "tabular_logistic_regression"


def test_columns_are_guessed_but_the_label_is_the_one_asked_for(tmp_path):
    table = make_table().rename(columns={"label": "kind"})
    table.insert(0, "row", range(N_ROWS))
    table["label"] = np.arange(N_ROWS) % 3
    job = make_job(tmp_path, table, table, label_column="kind", ignored=["row"])
    data = ours.prepare(job)
    assert data.schema.names == ["size", "color", "label"]
    assert data.classes == ["large", "small"]
    assert data.modality == "tabular"


@pytest.fixture
def _few_regressors(monkeypatch):
    names = ["tabular_ridge", "lightgbm_regressor", "mean"]
    monkeypatch.setattr(ours, "pick_families", lambda data, preset, seed: names)


@pytest.mark.usefixtures("_few_regressors")
def test_numbers_are_predicted_with_intervals_and_the_baseline_is_told(tmp_path):
    table = make_table(300)
    noise = np.random.default_rng(1).normal(scale=0.2, size=300)
    table["label"] = (3 * table["size"] + (table["color"] == "red") + noise).round(4)
    table["label"] = table["label"].astype(str)
    table.loc[5, "label"] = ""
    job = make_job(tmp_path, table[:200], table[200:], problem_type="regression")
    displayed = ours.fit(job)
    assert displayed.accuracy is None
    assert displayed.r2 > 0.95
    assert displayed.details["held_out"]["mean"] < 0.01
    assert displayed.details["failed"] == {}
    assert displayed.details["coverage"] == pytest.approx(0.9, abs=0.05)
    model = ours.load(job)
    predictions = ours.predict(model, ours.read_rows(model, job))
    assert predictions.classes == ["value", "low", "high"]
    found = score(predictions, table["label"][200:].tolist(), "regression")
    assert found["r2"] > 0.95
    assert found["coverage"] > 0.8


@pytest.mark.usefixtures("_few_regressors")
def test_a_label_that_is_no_number_is_named_with_its_row(tmp_path):
    table = make_table()
    table["label"] = np.arange(N_ROWS).astype(str)
    table.loc[6, "label"] = "seven"
    job = make_job(tmp_path, table, table, problem_type="regression")
    with pytest.raises(InputError, match="Row 7 has the label 'seven'"):
        ours.fit(job)
