"""With very many rows a sample decides which families are trained; the limits are lowered here."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from automl import pruning
from automl.candidates import TrainingData
from automl.pruning import draw_sample, left_out_families
from automl.schema import NUMERIC, Column, Schema

FAMILIES = ["lightgbm", "tabular_logistic_regression", "majority", "best_single_column"]


@pytest.fixture(autouse=True)
def _small_limits(monkeypatch):
    monkeypatch.setattr(pruning, "MIN_ROWS", 500)
    monkeypatch.setattr(pruning, "SAMPLE_ROWS", 400)


def make_data(n_rows, *, is_linear, unlabelled=0):
    """Two numbers; the label is the sign of their sum, or of their product."""
    chance = np.random.default_rng(0)
    numbers = chance.normal(size=(n_rows, 2))
    signal = numbers.sum(axis=1) if is_linear else numbers.prod(axis=1)
    y = (signal + chance.normal(scale=0.3, size=n_rows) > 0).astype(np.int64)
    y[:unlabelled] = -1
    cells = [pa.array([f"{x:.12f}" for x in numbers[:, i]]) for i in range(2)]
    return TrainingData(
        table=pa.table(cells, names=["c0", "c1"]),
        schema=Schema((Column("a", NUMERIC, 0), Column("b", NUMERIC, 1))),
        modality="tabular",
        problem_type="multi-class",
        classes=["no", "yes"],
        y=y,
        folds=np.arange(n_rows) % 2,
    )


def test_a_family_that_is_far_worse_on_a_sample_is_left_out_with_the_reason():
    left_out = left_out_families(FAMILIES, make_data(1000, is_linear=False), seed=0)
    assert list(left_out) == ["tabular_logistic_regression"]
    assert left_out["tabular_logistic_regression"].startswith("Left out: on a sample of 400 rows")


def test_where_numbers_are_predicted_the_error_decides():
    data = make_data(1000, is_linear=False)
    numbers = np.array([[float(x) for x in column.to_pylist()] for column in data.table.columns])
    y = numbers.prod(axis=0)
    data = replace(data, problem_type="regression", classes=[], y=y)
    families = ["lightgbm_regressor", "tabular_ridge", "mean"]
    left_out = left_out_families(families, data, seed=0)
    assert list(left_out) == ["tabular_ridge"]
    assert "its error was" in left_out["tabular_ridge"]


def test_baselines_stay_however_bad_they_are():
    left_out = left_out_families(FAMILIES, make_data(1000, is_linear=True), seed=0)
    assert not {"majority", "best_single_column"} & set(left_out)


def test_nothing_is_left_out_where_rows_are_not_many():
    assert left_out_families(FAMILIES, make_data(500, is_linear=False), seed=0) == {}


def test_a_sample_has_labelled_rows_only_with_their_cells_and_folds():
    data = make_data(1000, is_linear=True, unlabelled=300)
    sample = draw_sample(data, seed=1)
    assert len(sample.y) == sample.table.num_rows == 400
    assert (sample.y >= 0).all()
    cells = data.table.column("c0").to_pylist()
    rows = [cells.index(cell) for cell in sample.table.column("c0").to_pylist()]
    assert rows == sorted(rows)
    assert data.y[rows].tolist() == sample.y.tolist()
    assert data.folds[rows].tolist() == sample.folds.tolist()
    assert draw_sample(data, seed=1).table.equals(sample.table)
