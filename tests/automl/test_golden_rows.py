"""A predictor that does not say any more what it said when it was made is found out."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from automl import golden_rows, versions
from automl.errors import InputError
from automl.golden_rows import GoldenRows, choose_golden_rows
from automl.predictor import Predictor
from automl.problem import MULTI_CLASS, MULTI_LABEL

from .test_predictor import make_predictor


@pytest.fixture(scope="module")
def kept():
    predictor, table = make_predictor()
    predictor.keep_golden_rows(table.take(choose_golden_rows(np.arange(60) % 2, seed=0)))
    return predictor


@pytest.mark.parametrize("problem_type", [MULTI_CLASS, MULTI_LABEL])
@pytest.mark.parametrize("modality", ["text", "tabular"])
def test_a_loaded_predictor_still_predicts_its_golden_rows(modality, problem_type, tmp_path):
    predictor, table = make_predictor(modality, problem_type)
    predictor.keep_golden_rows(table.slice(0, 5))
    predictor.save(tmp_path / "p.zip", info={})
    loaded = Predictor.load(tmp_path / "p.zip")
    loaded.check_golden_rows()
    assert loaded.golden.table.equals(table.slice(0, 5).combine_chunks())
    assert np.array_equal(loaded.golden.pred_probs, predictor.golden.pred_probs)


def test_looking_at_golden_rows_counts_no_cells(kept):
    odd = replace(kept, unread={})
    odd.keep_golden_rows(pa.table({"c0": ["one", "2"], "c1": ["red", "red"]}))
    odd.check_golden_rows()
    assert odd.unread == {}


def test_another_prediction_is_refused_and_the_changed_library_is_named(kept, monkeypatch):
    monkeypatch.setattr(versions, "library_versions", lambda: {"numpy": "9.9", "scipy": "1.0"})
    changed = replace(kept, temperature=1.01, versions={"numpy": "2.0", "scipy": "1.0"})
    with pytest.raises(InputError, match=r"numpy 2\.0 is now 9\.9\. Re-train it") as caught:
        changed.check_golden_rows()
    assert caught.value.code == "PREDICTS_OTHERWISE"
    assert len(caught.value.message) <= 200


def test_with_equal_libraries_it_says_so(kept):
    with pytest.raises(InputError, match="processor may be another"):
        replace(kept, temperature=1.01).check_golden_rows()


def test_many_changed_libraries_fit_into_the_message(kept, monkeypatch):
    then = dict.fromkeys(versions.LIBRARIES, "10.20.30rc1")
    monkeypatch.setattr(versions, "library_versions", lambda: dict.fromkeys(then, "11.20.30rc1"))
    with pytest.raises(InputError, match="more") as caught:
        replace(kept, temperature=1.5, versions=then).check_golden_rows()
    assert len(caught.value.message) <= 200


def test_a_prediction_that_is_no_number_does_not_agree(kept):
    golden = kept.golden
    broken = np.full_like(golden.pred_probs, np.nan)
    assert golden.difference(lambda table: broken) == np.inf


def test_rounding_does_no_harm(kept):
    replace(kept, temperature=1 + 1e-8).check_golden_rows()


def test_texts_may_be_read_a_little_differently_on_another_processor():
    text, table = make_predictor("text")
    text.keep_golden_rows(table.slice(0, 5))
    replace(text, temperature=1 + 1e-4).check_golden_rows()
    with pytest.raises(InputError):
        replace(text, temperature=3).check_golden_rows()


def test_predictors_without_golden_rows_still_load(tmp_path):
    predictor, table = make_predictor()
    predictor.save(tmp_path / "p.zip", info={})
    loaded = Predictor.load(tmp_path / "p.zip")
    loaded.check_golden_rows()
    assert loaded.golden is None
    assert loaded.predict_proba(table).shape == (60, 2)


def test_long_cells_are_cut_and_predicted_as_cut():
    seen = []
    table = pa.table({"c0": ["x" * 10_000, None]})
    GoldenRows.predicted(table, lambda rows: seen.append(rows) or np.zeros((2, 2)))
    assert seen[0].column(0).to_pylist() == ["x" * golden_rows.MAX_CELL_CHARS, None]


def test_every_class_has_a_golden_row_before_any_has_two():
    y = np.array([0] * 500 + [1] * 3 + [2] * 40)
    chosen = choose_golden_rows(y, seed=0)
    counts = np.bincount(y[chosen])
    assert len(chosen) == 20
    assert counts[1] == 3
    assert abs(counts[0] - counts[2]) <= 1
    assert np.array_equal(chosen, choose_golden_rows(y, seed=0))
    assert not np.array_equal(chosen, choose_golden_rows(y, seed=1))


def test_golden_rows_of_sets_few_rows_and_none():
    sets = np.array([[0, 1], [1, 1], [0, 1]])
    assert choose_golden_rows(sets, seed=0).tolist() == [0, 1, 2]
    assert choose_golden_rows(np.array([], dtype=int), seed=0).tolist() == []
    many = np.arange(100)
    assert len(set(many[choose_golden_rows(many, seed=0)])) == 20


def test_large_numbers_may_differ_by_a_share_of_them():
    golden = GoldenRows(pa.table({"c0": ["1"]}), np.array([[2e6]]))
    assert golden.difference(lambda table: np.array([[2e6 + 1]])) == pytest.approx(5e-7)
