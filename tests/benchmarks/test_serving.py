"""Prediction speed: from a file to a file by either ensemble, and texts beside their encoder."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from benchmarks.automl import ours, scale_sets, serving_steps
from benchmarks.automl.data_sets import read_data_sets
from benchmarks.automl.serving import repeat_rows
from benchmarks.automl.tables_of_speed import make_speed_report

from .test_ours import make_job, make_table

FAMILIES = ["majority", "tabular_logistic_regression", "tabular_nearest_neighbors"]


def test_rows_are_drawn_again_until_there_are_enough(tmp_path):
    table = make_table(30)
    table.to_csv(tmp_path / "few.csv", index=False)
    repeat_rows(tmp_path / "few.csv", tmp_path / "many.csv", 70, chunk_rows=25)
    many = pd.read_csv(tmp_path / "many.csv")
    assert len(many) == 70
    assert set(map(tuple, many.to_numpy())) <= set(map(tuple, table.to_numpy()))
    repeat_rows(tmp_path / "few.csv", tmp_path / "again.csv", 70, chunk_rows=25)
    assert (tmp_path / "many.csv").read_bytes() == (tmp_path / "again.csv").read_bytes()


@pytest.mark.parametrize("ensemble", ["full", "serving"])
def test_a_file_is_predicted_from_file_to_file(tmp_path, monkeypatch, ensemble):
    monkeypatch.setattr(ours, "pick_families", lambda data, preset, seed: FAMILIES)
    job = make_job(tmp_path, make_table(), make_table())
    ours.fit(job)
    serving_steps.main("serve", replace(job, options={"ensemble": ensemble}))
    answer = json.loads((tmp_path / "serve.json").read_text())
    assert answer["n_rows"] == len(make_table())
    assert answer["rows_per_cpu_second"] > 0
    predicted = pd.read_csv(tmp_path / "predictions.csv")
    assert list(predicted) == ["large", "small", "Suggested Label"]
    assert (predicted["Suggested Label"] == make_table()["label"]).mean() > 0.7


def test_texts_are_read_by_the_predictor_and_by_its_encoder_alone(tmp_path, monkeypatch):
    names = ["text_naive_bayes", "text_logistic_regression"]
    monkeypatch.setattr(ours, "pick_families", lambda data, preset, seed: names)
    texts = [f"{word} number {i}" for i in range(30) for word in ("good", "bad")]
    table = pd.DataFrame({"text": texts, "label": [text.split()[0] for text in texts]})
    job = make_job(tmp_path, table, table)
    ours.fit(job)
    answer = serving_steps.compare_with_encoder(job)
    assert answer["n_texts"] == 60
    assert answer["bare_texts_per_cpu_second"] > 0
    assert answer["texts_per_cpu_second"] > 0


def test_made_up_sets_for_speed_are_a_suite_of_their_own(tmp_path, monkeypatch):
    for name in ("N_ORDINARY", "N_SERVED", "N_ORDINARY_TEXTS", "N_SERVED_TEXTS"):
        monkeypatch.setattr(scale_sets, name, 30)
    scale_sets.write_serving_sets(tmp_path)
    found = read_data_sets(tmp_path, "serving")
    assert {each.name for each in found} == {"serving_tabular", "serving_text"}


SERVED = {
    "n_rows": 1000,
    "rows_per_cpu_second": 40_000.0,
    "load_wall_seconds": 0.5,
    "peak_bytes": 3e8,
    "families": ["lightgbm"],
    "accuracy": 0.8,
}
LOST = {
    "accuracy": {"difference": -0.0004, "low": -0.001, "high": 0.0002},
    "log_loss_ratio": 1.003,
    "speed_up": 6.51,
}


def report(serving):
    full = SERVED | {"accuracy": 0.81, "families": ["lightgbm", "xgboost"]}
    fit = {"details": {"serving": serving}}
    table = {"data_set": "one", "fit": fit, "full_few": full, "few": SERVED, "many": SERVED}
    texts = {"n_texts": 9, "bare_texts_per_cpu_second": 200.0, "texts_per_cpu_second": 150.0}
    return make_speed_report("1.0", [table, {"data_set": "two", "fit": fit, "texts": texts}])


def test_the_report_names_speed_loss_and_the_ratio_of_texts():
    text = report(LOST)
    assert "| one | full | lightgbm, xgboost | 1,000 | 40,000 | 300 | 0.50 | 81.00 |" in text
    assert "| one | 6.5 | -0.04 (-0.10 to +0.02) | +0.30% | -1.00 |" in text
    assert "| two | 9 | 200 | 150 | 75% |" in text


def test_the_report_says_where_there_is_no_serving_ensemble():
    text = report(None)
    assert "none is close and faster" in text
    assert "| one | full (no serving) |" in text
