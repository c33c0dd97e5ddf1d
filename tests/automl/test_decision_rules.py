"""How probabilities become labels, and what each decision is good at."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, f1_score

from automl.decision_rules import (
    BALANCED,
    MIN_LABEL_ROWS,
    THRESHOLD,
    Decision,
    predict_labels,
    suggested_labels,
    tune_rule,
)
from automl.ensemble import choose_deployed, fit_ensemble
from automl.metrics import score_candidate

CLASSES = ["a", "b", "c"]
PROBS = np.array([[0.1, 0.7, 0.6], [0.2, 0.45, 0.35], [0.7, 0.1, 0.8]])


def names(rule=None, *, is_sets=False, probs=PROBS):
    return suggested_labels(probs, CLASSES, rule, is_sets=is_sets)


def rare_classes(n_rows=3000):
    """Calibrated probabilities of three classes, of which the last is rare."""
    chance = np.random.default_rng(0)
    logits = chance.normal(size=(n_rows, 3)) * 1.5 + np.log([0.6, 0.35, 0.05])
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    y = np.array([chance.choice(3, p=row) for row in probs])
    return probs, y


def rare_labels(n_rows=3000):
    """Calibrated probabilities of four labels, from usual to rare."""
    chance = np.random.default_rng(1)
    logits = chance.normal(size=(n_rows, 4)) * 2 + np.array([0.5, -1, -3, -4])
    probs = 1 / (1 + np.exp(-logits))
    return probs, (chance.random(probs.shape) < probs).astype(np.int8)


def test_the_suggested_class_is_the_most_likely_one():
    assert names() == ["b", "b", "c"]


def test_offsets_move_what_is_suggested():
    assert names({"offsets": [0.0, 0.0, 1.0]}) == ["c", "c", "c"]


def test_suggested_sets_stand_by_falling_probability():
    assert names(is_sets=True) == ["b,c", "", "c,a"]


def test_a_rule_can_ask_for_at_least_one_label():
    assert names({"threshold": 0.8, "top_one_if_none": True}, is_sets=True) == ["b", "b", "c"]


def test_each_label_can_have_a_threshold_of_its_own():
    rule = {"threshold": 0.5, "thresholds": [0.9, 0.75, 0.6], "top_one_if_none": False}
    assert names(rule, is_sets=True) == ["c", "", "c"]
    # The one that comes closest to its own threshold.
    assert names(rule | {"top_one_if_none": True}, is_sets=True) == ["c", "b", "c"]


def test_nothing_is_suggested_for_no_rows():
    nothing = np.empty((0, 3))
    assert names(probs=nothing) == []
    assert names(probs=nothing, is_sets=True) == []
    assert names({"offsets": [1.0, 0.0, 0.0]}, probs=nothing) == []


def test_a_balanced_decision_finds_rare_classes_at_a_price_in_accuracy():
    probs, y = rare_classes()
    plain, balanced = (
        predict_labels(probs, tune_rule(probs, y, Decision(kind)), is_sets=False)
        for kind in ("most-likely", BALANCED)
    )
    assert balanced_accuracy_score(y, balanced) > balanced_accuracy_score(y, plain) + 0.05
    assert (plain == y).mean() > (balanced == y).mean()


@pytest.mark.parametrize("threshold", [0.05, 0.3, 0.5, 0.9])
def test_a_threshold_decides_between_two_classes(threshold):
    probs = np.array([[1 - p, p] for p in (0.0, 0.04, 0.29, 0.31, 0.6, 0.95, 1.0)])
    rule = tune_rule(probs, np.zeros(7, dtype=int), Decision(THRESHOLD, threshold))
    expected = (probs[:, 1] >= threshold).astype(int)
    assert predict_labels(probs, rule, is_sets=False).tolist() == expected.tolist()


def test_sets_are_cut_for_exact_matches_or_for_every_label_alike():
    probs, y = rare_labels()
    exact, balanced = tune_rule(probs, y), tune_rule(probs, y, Decision(BALANCED))
    predicted = [predict_labels(probs, rule, is_sets=True) for rule in (exact, balanced)]
    matches = [(part == y).all(axis=1).mean() for part in predicted]
    f1 = [f1_score(y, part, average="macro", zero_division=0) for part in predicted]
    assert matches[0] > matches[1]
    assert f1[1] > f1[0] + 0.02
    assert "thresholds" not in exact
    assert len(balanced["thresholds"]) == 4


def test_a_label_of_few_rows_gets_the_shared_threshold():
    probs, y = rare_labels()
    y[np.flatnonzero(y[:, 3])[MIN_LABEL_ROWS - 1 :], 3] = 0
    rule = tune_rule(probs, y, Decision(BALANCED))
    assert rule["thresholds"][3] == rule["threshold"] != rule["thresholds"][0]


def test_an_ensemble_reports_what_its_decision_predicts():
    probs, y = rare_classes()
    folds = np.arange(len(y)) % 5
    plain = fit_ensemble({"a": probs}, y, folds, problem_type="multi-class")
    balanced = fit_ensemble(
        {"a": probs}, y, folds, problem_type="multi-class", decision=Decision(BALANCED)
    )
    assert np.array_equal(plain.oof_pred_probs, balanced.oof_pred_probs)
    assert plain.rule is None
    scores = [
        score_candidate(e.oof_pred_probs, y, predicted=e.oof_predicted) for e in (plain, balanced)
    ]
    assert scores[0].accuracy > scores[1].accuracy
    assert scores[0].balanced_accuracy < scores[1].balanced_accuracy


def test_where_accuracy_is_not_asked_for_the_best_probabilities_are_deployed():
    probs, y = rare_classes()
    blunt = 0.5 * probs + 0.5 / 3
    scores = {
        "sharp": score_candidate(probs, y, predicted=np.zeros_like(y)),
        "blunt": score_candidate(blunt, y, predicted=y),
    }
    assert choose_deployed(scores)[0] == "blunt"
    assert choose_deployed(scores, Decision(BALANCED)) == ("sharp", set())
