"""Serving ensembles: cheaper, close to the full one, and measured on rows that had no say."""

import numpy as np
import pyarrow as pa
import pytest

from automl.calibration import Calibration
from automl.candidates import TrainingData, refit
from automl.ensemble import fit_ensemble
from automl.folds import make_folds
from automl.prediction_costs import Cost, measure_costs, total_cost
from automl.predictor import Predictor, ServingPool
from automl.problem import MULTI_CLASS, MULTI_LABEL
from automl.schema import NUMERIC, Column, Schema
from automl.serving import add_serving, fit_serving

N_ROWS = 4000
CHEAP, DEAR = Cost(1e-6, 1e-6), Cost(1e-6, 40e-6)


def make_labels(seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, N_ROWS)
    return y, make_folds(y, seed=0), rng


def believe(y, rng, *, strength, seen=None):
    """Probabilities of a model that hears the label through noise, or another model's noise."""
    logits = rng.normal(size=(len(y), 3)) if seen is None else seen.copy()
    if seen is None:
        logits[np.arange(len(y)), y] += strength
    shares = np.exp(logits)
    return logits, shares / shares.sum(axis=1, keepdims=True)


def make_oof(y, rng):
    """`strong` and `weak` know different things; `echo` repeats the strong one."""
    logits, strong = believe(y, rng, strength=2.5)
    _, echo = believe(y, rng, strength=0, seen=logits + 0.005 * rng.normal(size=logits.shape))
    _, weak = believe(y, rng, strength=1.5)
    return {"strong": strong, "echo": echo, "weak": weak}


def serve(oof, y, folds, costs):
    full = fit_ensemble(oof, y, folds, problem_type=MULTI_CLASS)
    asked = {"full": full, "costs": costs, "problem_type": MULTI_CLASS, "seed": 0}
    return full, fit_serving(oof, y, folds, **asked)


def test_a_dear_member_that_adds_nothing_is_left_out():
    y, folds, rng = make_labels()
    oof = make_oof(y, rng)
    full, serving = serve(oof, y, folds, {"strong": CHEAP, "echo": DEAR, "weak": CHEAP})
    assert full.weights["echo"] > 0
    assert list(serving.weights) == ["strong", "weak"]
    assert sum(serving.weights.values()) == pytest.approx(1)
    assert serving.accuracy["low"] <= serving.accuracy["difference"] <= serving.accuracy["high"]
    assert serving.accuracy["difference"] >= -0.001
    assert serving.log_loss_ratio <= 1.01
    assert serving.speed_up == pytest.approx(43 / 3)


def test_of_two_alike_the_cheaper_one_stays():
    y, folds, rng = make_labels()
    oof = make_oof(y, rng)
    _, serving = serve(oof, y, folds, {"strong": DEAR, "echo": CHEAP, "weak": CHEAP})
    assert list(serving.weights) == ["echo", "weak"]


def test_there_is_none_where_the_dear_member_is_needed():
    y, folds, rng = make_labels()
    oof = make_oof(y, rng)
    del oof["echo"]
    _, serving = serve(oof, y, folds, {"strong": CHEAP, "weak": DEAR})
    assert serving is None


def test_there_is_none_where_nothing_would_be_faster():
    y, folds, rng = make_labels()
    oof = make_oof(y, rng)
    reads_most = Cost(1e-3, 1e-6)
    _, serving = serve(oof, y, folds, dict.fromkeys(oof, reads_most))
    assert serving is None


def test_nothing_is_left_out_of_what_is_fast_enough():
    y, folds, rng = make_labels()
    oof = make_oof(y, rng)
    costs = dict.fromkeys(oof, CHEAP)
    assert serve(oof, y, folds, costs | {"echo": Cost(1e-6, 15e-6)})[1] is None


def test_one_member_has_nothing_to_leave_out():
    y, folds, rng = make_labels()
    oof = {"strong": make_oof(y, rng)["strong"]}
    assert serve(oof, y, folds, {"strong": DEAR})[1] is None


def test_what_is_reported_of_a_row_does_not_hang_on_its_label():
    y, folds, rng = make_labels()
    oof = make_oof(y, rng)
    costs = {"strong": CHEAP, "echo": DEAR, "weak": CHEAP}
    _, serving = serve(oof, y, folds, costs)
    changed, inside = y.copy(), folds == 0
    changed[inside] = (changed[inside] + (rng.random(inside.sum()) < 0.02)) % 3
    assert (changed != y).any()
    _, again = serve(oof, changed, folds, costs)
    before, after = serving.ensemble, again.ensemble
    assert np.array_equal(before.oof_pred_probs[inside], after.oof_pred_probs[inside])
    assert not np.array_equal(before.oof_pred_probs[~inside], after.oof_pred_probs[~inside])


def test_sets_of_labels_have_a_rule_of_their_own():
    y, folds, rng = make_labels()
    sets = np.column_stack([y == 0, y > 0]).astype(np.int8)
    oof = {name: p[:, [0, 1]] for name, p in make_oof(y, rng).items()}
    full = fit_ensemble(oof, sets, folds, problem_type=MULTI_LABEL)
    costs = {"strong": CHEAP, "echo": DEAR, "weak": CHEAP}
    asked = {"full": full, "costs": costs, "problem_type": MULTI_LABEL, "seed": 0}
    serving = fit_serving(oof, sets, folds, **asked)
    assert "echo" not in serving.weights
    assert serving.ensemble.rule["threshold"] > 0


def make_predictor(families=("tabular_logistic_regression", "extra_trees")):
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(2, 300)).round(3)
    table = pa.table({f"c{i}": [str(cell) for cell in column] for i, column in enumerate(numbers)})
    y = (numbers.sum(axis=0) > 0).astype(np.int64)
    schema = Schema((Column("left", NUMERIC, 0), Column("right", NUMERIC, 1)))
    folds = make_folds(y, seed=0)
    data = TrainingData(table, schema, "tabular", MULTI_CLASS, ["no", "yes"], y, folds)
    plan = {"calibration": Calibration().to_json()}
    members = [refit(family, data, plan, seed=0) for family in families]
    weights = [1 / len(members)] * len(members)
    return Predictor(schema, data.classes, "tabular", MULTI_CLASS, members, weights), data


def test_a_predictor_answers_either_way_before_and_after_it_was_saved(tmp_path):
    predictor, data = make_predictor()
    predictor.serving = ServingPool([1.0, 0.0], 1.0, None)
    predictor.save(tmp_path / "p.zip", info={})
    loaded = Predictor.load(tmp_path / "p.zip")
    full, serving = predictor.predict_proba(data.table), loaded.for_serving()
    assert np.abs(loaded.predict_proba(data.table) - full).max() < 1e-12
    assert [member.family for member in serving.members] == ["tabular_logistic_regression"]
    quick = serving.predict_proba(data.table)
    assert np.abs(quick - full).max() > 0.01
    parts = [serving.predict_proba(data.table.slice(i, 7)) for i in range(0, 300, 7)]
    assert np.abs(np.vstack(parts) - quick).max() < 1e-12


def test_a_predictor_without_a_serving_ensemble_is_its_own():
    predictor, _ = make_predictor(("extra_trees",))
    assert predictor.for_serving() is predictor


def test_golden_rows_are_those_of_the_full_ensemble():
    predictor, data = make_predictor()
    predictor.serving = ServingPool([1.0, 0.0], 1.0, None)
    predictor.keep_golden_rows(data.table.slice(0, 5))
    predictor.check_golden_rows()
    predictor.for_serving().check_golden_rows()


def test_cells_that_the_serving_ensemble_cannot_read_are_counted_by_it():
    predictor, _ = make_predictor()
    predictor.serving = ServingPool([1.0, 0.0], 1.0, None)
    serving = predictor.for_serving()
    serving.predict_proba(pa.table({"c0": ["x"], "c1": ["1"]}))
    assert (serving.unread, predictor.unread) == ({"left": 1}, {})


def test_costs_are_of_each_member_and_reading_is_counted_once():
    predictor, data = make_predictor()
    costs = measure_costs(predictor.members, data.table, data.schema, predictor.text_encoders)
    assert set(costs) == {"tabular_logistic_regression", "extra_trees"}
    assert all(cost.own > 0 and cost.reading >= 0 for cost in costs.values())
    assert total_cost([Cost(2, 1), Cost(3, 5)]) == 9


def test_a_predictor_is_given_the_members_that_are_worth_their_time(monkeypatch):
    predictor, data = make_predictor()
    families = [member.family for member in predictor.members]
    y, folds, rng = make_labels()
    strong = make_oof(y, rng)
    oof = {families[0]: strong["strong"], families[1]: strong["echo"]}
    full = fit_ensemble(oof, y, folds, problem_type=MULTI_CLASS)
    costs = {families[0]: CHEAP, families[1]: DEAR}
    monkeypatch.setattr("automl.serving.measure_costs", lambda *measured: costs)
    serving = add_serving(predictor, data.table, oof, y, folds, full=full, seed=0)
    assert serving.to_json()["families"] == [families[0]]
    assert predictor.serving.weights == [pytest.approx(1), 0.0]
