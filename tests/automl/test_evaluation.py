import json

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import balanced_accuracy_score, f1_score

from automl.evaluation import MAX_ERRORS, evaluate
from automl.metrics import wilson_interval
from automl.per_class import count_pairs, describe_confusion
from automl.reliability import N_BINS, coverage_curve, describe_reliability, set_probability
from automl.schema import BOOLEAN, CATEGORICAL, NUMERIC, Column, Schema
from automl.subgroups import list_subgroups

ABC = ["a", "b", "c"]


def look_at(y, pred_probs, classes=None, predicted=None, row_ids=None):
    y, pred_probs = np.array(y), np.array(pred_probs, dtype=np.float64)
    is_sets = y.ndim == 2
    if predicted is None:
        predicted = (pred_probs >= 0.5).astype(np.int8) if is_sets else pred_probs.argmax(axis=1)
    return evaluate(
        pred_probs,
        np.asarray(predicted),
        y,
        classes or ABC[: pred_probs.shape[1]],
        problem_type="multi-label" if is_sets else "multi-class",
        row_ids=np.arange(len(y)) if row_ids is None else np.asarray(row_ids),
    )


def sure_of(labels, n_classes=3, sure=0.8):
    probs = np.full((len(labels), n_classes), (1 - sure) / (n_classes - 1))
    probs[np.arange(len(labels)), labels] = sure
    return probs


def line_of(facts, name):
    return next(line for line in facts["per_class"] if line["name"] == name)


@pytest.fixture(scope="module")
def six_rows():
    """Given a a a b b c, predicted a a b b c c."""
    return look_at([0, 0, 0, 1, 1, 2], sure_of([0, 0, 1, 1, 2, 2]))


def test_the_figures_of_each_class_are_those_counted_by_hand(six_rows):
    a, b, c = (line_of(six_rows, name) for name in ABC)
    assert (a["support"], a["n_predicted"], a["precision"]) == (3, 2, 1.0)
    assert a["recall"] == pytest.approx(2 / 3, abs=1e-6)
    assert a["f1"] == pytest.approx(0.8)
    assert (b["precision"], b["recall"], b["f1"]) == (0.5, 0.5, 0.5)
    assert (c["precision"], c["recall"]) == (0.5, 1.0)
    assert (a["recall_low"], a["recall_high"]) == pytest.approx(wilson_interval(2, 3), abs=1e-6)
    assert [line["name"] for line in six_rows["per_class"]] == ["b", "c", "a"]
    assert six_rows["accuracy"] == pytest.approx(4 / 6, abs=1e-6)
    assert six_rows["balanced_accuracy"] == pytest.approx((2 / 3 + 1 / 2 + 1) / 3, abs=1e-6)


def test_the_confusion_matrix_has_given_classes_in_rows(six_rows):
    assert six_rows["confusion"]["counts"] == [[2, 1, 0], [0, 1, 1], [0, 0, 1]]
    pairs = [(p["given"], p["predicted"], p["count"]) for p in six_rows["confusion"]["pairs"]]
    assert pairs == [("a", "b", 1), ("b", "c", 1)]
    assert six_rows["confusion"]["pairs"][1]["share_of_given"] == 0.5


def test_errors_are_listed_by_their_row_ids_least_probable_given_label_first():
    probs = [[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.95, 0.05]]
    facts = look_at([0, 1, 1, 1], probs, row_ids=[10, 20, 30, 40])
    assert facts["worst_errors"] == [
        {"row_id": 40, "given": "b", "predicted": "a", "probability": 0.05},
        {"row_id": 20, "given": "b", "predicted": "a", "probability": 0.3},
    ]


def test_unlabelled_rows_are_left_out_of_everything():
    labelled = look_at([0, 1, 2, 0], sure_of([0, 1, 1, 0]))
    mixed = look_at([0, -1, 1, 2, 0, -1], sure_of([0, 2, 1, 1, 0, 0]), row_ids=[0, 9, 1, 2, 3, 9])
    assert mixed.pop("n_unlabelled") == 2
    assert labelled.pop("n_unlabelled") == 0
    assert mixed == labelled


def test_averages_agree_with_scikit_learn():
    rng = np.random.default_rng(1)
    y, predicted = rng.integers(0, 5, 300), rng.integers(0, 4, 300)
    facts = look_at(y, sure_of(predicted, 5), classes=list("abcde"))
    assert facts["macro_f1"] == pytest.approx(f1_score(y, predicted, average="macro"), abs=1e-6)
    assert facts["balanced_accuracy"] == pytest.approx(
        balanced_accuracy_score(y, predicted), abs=1e-6
    )
    assert line_of(facts, "e")["precision"] is None
    assert line_of(facts, "e")["f1"] == 0


def test_a_perfect_predictor_has_nothing_to_hide():
    y = np.arange(60) % 3
    facts = look_at(y, sure_of(y, sure=1.0))
    assert facts["accuracy"] == facts["macro_f1"] == facts["balanced_accuracy"] == 1
    assert facts["worst_errors"] == facts["confusion"]["pairs"] == []
    assert facts["reliability"]["ece"] == 0
    assert {line["accuracy"] for line in facts["coverage"]} == {1.0}


def test_a_constant_predictor_is_as_good_on_every_share_of_rows():
    y = np.array([0] * 30 + [1] * 70)
    facts = look_at(y, np.tile([0.4, 0.6], (100, 1)))
    (only,) = facts["reliability"]["bins"]
    assert (only["n"], only["confidence"], only["accuracy"]) == (100, 0.6, 0.7)
    assert facts["reliability"]["ece"] == pytest.approx(0.1)
    assert {line["accuracy"] for line in facts["coverage"]} == {0.7}
    assert facts["balanced_accuracy"] == 0.5


def test_bins_hold_equal_numbers_of_rows():
    confidence = np.random.default_rng(0).permutation(np.linspace(0.4, 1, 150))
    found = describe_reliability(confidence, np.ones(150))
    assert [b["n"] for b in found["bins"]] == [10] * N_BINS
    middles = [b["confidence"] for b in found["bins"]]
    assert middles == sorted(middles)


def test_calibrated_probabilities_have_a_small_distance_and_boasting_ones_a_large():
    rng = np.random.default_rng(7)
    confidence = rng.uniform(0.3, 1, 20_000)
    right = (rng.uniform(size=20_000) < confidence).astype(float)
    assert describe_reliability(confidence, right)["ece"] < 0.02
    boasting = describe_reliability(np.minimum(confidence + 0.2, 1), right)
    assert boasting["ece"] > 0.1
    assert boasting["confidence"] > boasting["accuracy"]


def test_the_most_confident_rows_are_answered_first():
    confidence = np.linspace(0.1, 1, 10)
    right = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    curve = coverage_curve(confidence, right)
    assert [line["n"] for line in curve] == list(range(1, 11))
    assert curve[4]["accuracy"] == 1
    assert curve[4]["min_confidence"] == pytest.approx(0.6)
    assert curve[9]["accuracy"] == 0.5


@pytest.mark.parametrize("seed", [0, 1])
def test_the_order_of_rows_changes_no_curve(seed):
    rng = np.random.default_rng(seed)
    confidence = rng.integers(3, 10, 400) / 10
    right = (rng.uniform(size=400) < confidence).astype(float)
    order = rng.permutation(400)
    assert coverage_curve(confidence, right) == coverage_curve(confidence[order], right[order])
    shuffled = describe_reliability(confidence[order], right[order])
    assert shuffled == describe_reliability(confidence, right)


def test_labels_of_sets_are_looked_at_one_by_one_and_pooled():
    y = [[1, 0], [1, 1], [0, 1], [0, 0]]
    facts = look_at(y, [[0.9, 0.2], [0.8, 0.4], [0.1, 0.9], [0.6, 0.1]])
    a, b = line_of(facts, "a"), line_of(facts, "b")
    assert (a["support"], a["n_predicted"], a["recall"]) == (2, 3, 1.0)
    assert (b["support"], b["n_predicted"], b["precision"], b["recall"]) == (2, 1, 1.0, 0.5)
    assert facts["confusion"] is None
    assert facts["balanced_accuracy"] is None
    assert facts["accuracy"] == 0.5
    assert facts["reliability"]["n"] == 8
    assert facts["reliability"]["accuracy"] == 0.5
    texts = {(e["row_id"], e["given"], e["predicted"]) for e in facts["worst_errors"]}
    assert texts == {(1, "a,b", "a"), (3, "", "a")}


def test_a_set_is_as_probable_as_all_its_labels_at_once():
    probs = np.array([[0.9, 0.2, 0.5]])
    assert set_probability(probs, np.array([[1, 0, 1]])) == pytest.approx([0.9 * 0.8 * 0.5])
    assert set_probability(probs, np.array([[0, 0, 0]])) == pytest.approx([0.1 * 0.8 * 0.5])


def test_a_rare_class_of_the_most_frequent_error_is_in_the_matrix():
    names = [f"class {k}" for k in range(120)]
    matrix = np.diag(np.full(120, 50))
    matrix[119, 119], matrix[119, 118] = 1, 9
    found = describe_confusion(matrix, names)
    assert len(found["classes"]) == len(found["counts"]) == 50
    assert found["n_left_out"] == 70
    assert {"class 118", "class 119"} <= set(found["classes"])
    assert found["pairs"][0]["share_of_given"] == 0.9


def test_pairs_are_counted_where_given_meets_predicted():
    matrix = count_pairs(np.array([1, 1, 0]), np.array([0, 0, 0]), 2)
    assert matrix.tolist() == [[1, 2], [0, 0]]


def test_a_record_of_many_classes_and_errors_stays_small():
    rng = np.random.default_rng(0)
    names = [f"{k} " + "x" * 5000 for k in range(1000)]
    y = rng.integers(0, 1000, 3000)
    facts = look_at(y, rng.dirichlet(np.ones(1000), 3000), classes=names)
    assert len(facts["worst_errors"]) == MAX_ERRORS
    assert len(facts["per_class"]) == 200
    assert len(json.dumps(facts)) < 250_000


def test_names_that_would_turn_a_page_around_are_written_out():
    facts = look_at([0, 1, 1], sure_of([0, 1, 0], 2), classes=["fine", "bad\u202eeman"])
    assert line_of(facts, "bad\\u202eeman")["support"] == 2


def test_nothing_labelled_is_a_record_without_lines():
    facts = look_at([-1, -1], sure_of([0, 1], 2))
    assert (facts["n_rows"], facts["coverage"], facts["worst_errors"]) == (0, [], [])
    assert facts["reliability"]["bins"] == []


SCHEMA = Schema(
    (
        Column("plan", CATEGORICAL, 0),
        Column("is_new", BOOLEAN, 1),
        Column("age", NUMERIC, 2),
        Column("city", CATEGORICAL, 3),
    )
)


def test_groups_of_rows_are_listed_by_their_distance_from_all_rows():
    plan = ["basic"] * 40 + ["pro"] * 60 + ["rare"] * 20
    table = pa.table(
        {
            "c0": plan,
            "c1": ["yes", None] * 60,
            "c2": ["1"] * 120,
            "c3": [f"city {i % 40}" for i in range(120)],
        }
    )
    right = np.array([False] * 30 + [True] * 90)
    groups = list_subgroups(table, SCHEMA, right)
    found = [(g["column"], g["value"], g["n"], g["accuracy"]) for g in groups]
    assert found[:2] == [("plan", "basic", 40, 0.25), ("plan", "pro", 60, 1.0)]
    # Groups of fewer than 30 rows, numbers and columns of many values say too little.
    assert {(column, value) for column, value, _, _ in found[2:]} == {
        ("is_new", "yes"),
        ("is_new", ""),
    }
    assert groups[0]["gap"] == pytest.approx(-0.5)
    assert (groups[0]["low"], groups[0]["high"]) == pytest.approx(wilson_interval(10, 40), abs=1e-6)


def test_at_most_twenty_groups_are_listed():
    table = pa.table({f"c{i}": [f"{j % 15}" for j in range(600)] for i in range(4)})
    schema = Schema(tuple(Column(f"f{i}", CATEGORICAL, i) for i in range(4)))
    assert len(list_subgroups(table, schema, np.arange(600) % 2 == 0)) == 20
