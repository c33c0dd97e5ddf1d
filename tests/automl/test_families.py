"""What every family must keep to, whichever it is: new ones are covered once registered."""

import dataclasses
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import scipy.sparse as sp
from sklearn.tree import ExtraTreeClassifier

from automl.candidates import TrainingData, cross_validate, load_member, refit
from automl.extras import has_transformer_extra
from automl.families import FAMILIES, families_for
from automl.families.compact_forest import CompactForest
from automl.families.family import BOTH_PROBLEMS, Family
from automl.families.tabular_neural_network import TabularNeuralNetwork
from automl.features.embeddings import Embeddings
from automl.features.tabular import Numbers
from automl.folds import make_folds
from automl.problem import MULTI_CLASS, MULTI_LABEL, REGRESSION, encode_labels
from automl.schema import (
    BOOLEAN,
    CATEGORICAL,
    CONSTANT,
    DATETIME,
    EMPTY,
    IDENTIFIER,
    NUMERIC,
    TEXT,
    Column,
    Schema,
)
from automl.value_metrics import score_values

N_ROWS = 66
# Sums in 32 bits come out a little different for many rows at once.
ROUNDING = 1e-6
N_FOLDS = 3
PLAIN_SUFFIXES = {".json", ".npz", ".txt", ".ubj", ".cbm", ".onnx", ".safetensors"}
needs_extra = pytest.mark.skipif(
    not has_transformer_extra(), reason="torch and onnx are not installed: make transformer"
)
CASES = [
    pytest.param(
        key,
        modality,
        problem_type,
        id=f"{key}-{modality}-{problem_type}",
        marks=[needs_extra] if key == "text_transformer" else [],
    )
    for key, family in FAMILIES.items()
    for modality in family.modalities
    for problem_type in family.problem_types
]
TABULAR_CASES = [case for case in CASES if case.values[1] == "tabular"]
every_family = pytest.mark.parametrize(("key", "modality", "problem_type"), CASES)
every_tabular_family = pytest.mark.parametrize(("key", "modality", "problem_type"), TABULAR_CASES)

KINDS = [NUMERIC, NUMERIC, CATEGORICAL, BOOLEAN, DATETIME, TEXT, IDENTIFIER, CONSTANT, EMPTY]
TABULAR_SCHEMA = Schema(tuple(Column(f"{k} {i}", k, i) for i, k in enumerate(KINDS)))
TEXT_SCHEMA = Schema((Column("text", TEXT, 0),))
WORDS = ["lost my card", "where is my money", "thank you so much"]


@pytest.fixture(scope="module", autouse=True)
def _fewer_trees():
    """What is asked here does not depend on the number of trees, the time it takes does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("automl.families.forests.N_TREES", 10)
        patch.setattr("automl.families.boosted_trees.MAX_ROUNDS", 40)
        patch.setattr("automl.families.boosted_trees.LABEL_ROUNDS", 20)
        patch.setattr("automl.families.boosted_trees.MAX_VALUE_ROUNDS", 40)
        patch.setattr("automl.families.text_transformer.MIN_STEPS", 8)
        yield


def awkward_row(i):
    """Missing cells in every column, one column that is all missing, a number that is none."""
    kind = i % 3
    number = "n/a" if i == 7 else "" if i % 11 == 0 else str(kind * 2 + (i * 37) % 50 / 10)
    return [
        number,
        "",
        None if i % 13 == 0 else ("red", "green", "blue")[(i + i // 9) % 3],
        ("yes", "no", "")[(i // 2) % 3],
        "" if i % 17 == 0 else f"2024-{i % 12 + 1:02}-{i % 28 + 1:02} {i % 24:02}:00",
        "" if i % 19 == 0 else WORDS[(i + i // 7) % 3] + f" {i % 5}",
        f"id-{i}",
        "same",
        None,
    ]


def tabular_table(rows):
    columns = list(zip(*rows, strict=True))
    return pa.table({f"c{i}": pa.array(cells, pa.string()) for i, cells in enumerate(columns)})


def text_table(n_rows):
    texts = [WORDS[(i + i // 7) % 3] + f" {i % 5}" for i in range(n_rows)]
    texts[3], texts[4], texts[5] = "", None, "грошi 钱 👍"
    return pa.table({"c0": pa.array(texts, pa.string())})


def awkward_labels(problem_type):
    """Row 0 is alone in its class, or far away; every tenth row is unlabelled."""
    if problem_type == REGRESSION:
        labels = [str(i % 3 + i % 7 / 10) for i in range(N_ROWS)]
        labels[0] = "-50"
    elif problem_type == MULTI_CLASS:
        labels = [("lost", "money", "thanks")[i % 3] for i in range(N_ROWS)]
        labels[0] = "alone"
    else:
        labels = [
            ",".join(["always"] + ["third"] * (i % 3 == 0) + ["even"] * (i % 2 == 0))
            for i in range(N_ROWS)
        ]
        labels[0] += ",alone"
    return [None if i % 10 == 9 else label for i, label in enumerate(labels)]


def make_data(modality, problem_type, labels=None):
    labels = labels or awkward_labels(problem_type)
    classes = sorted({part for label in labels if label for part in label.split(",")})
    classes = [] if problem_type == REGRESSION else classes
    y = encode_labels(labels, classes, problem_type)
    is_text = modality == "text"
    table = text_table(N_ROWS) if is_text else tabular_table(map(awkward_row, range(N_ROWS)))
    schema = TEXT_SCHEMA if is_text else TABULAR_SCHEMA
    folds = make_folds(y, n_splits=N_FOLDS, seed=0)
    embeddings = Embeddings(table)
    return TrainingData(table, schema, modality, problem_type, classes, y, folds, embeddings)


def unknown_rows(modality):
    """Categories, words and times that no training row had."""
    if modality == "text":
        return pa.table({"c0": pa.array(["", None, "card", "zzz qqq", "my money " * 50])})
    full = ["3.5", "1e300", "purple", "maybe", "1969-01-01", "unheard words", "x", "other", "y"]
    return tabular_table([full, [None] * len(KINDS), [""] * len(KINDS), awkward_row(5)])


def train(key, data):
    run = cross_validate(key, data, seed=0)
    return run, refit(key, data, run.plan, seed=0)


@cache
def trained(key, modality, problem_type):
    data = make_data(modality, problem_type)
    return data, *train(key, data)


def predict(member, table):
    return member.predict_proba(read(member, table))


def read(member, table):
    return member.encoder.transform(table, Embeddings(table))


def saved_files(member, folder):
    folder.mkdir(exist_ok=True)
    member.save(folder)
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def assert_probabilities(pred_probs, shape, problem_type):
    assert pred_probs.shape == shape
    assert np.isfinite(pred_probs).all()
    if problem_type == REGRESSION:
        return
    assert pred_probs.min() >= 0
    assert pred_probs.max() <= 1
    if problem_type == MULTI_CLASS:
        assert np.allclose(pred_probs.sum(axis=1), 1, atol=1e-5)


@every_family
def test_every_row_gets_probabilities_out_of_fold_also_unlabelled_ones(key, modality, problem_type):
    data, run, _ = trained(key, modality, problem_type)
    assert_probabilities(run.oof_pred_probs, (N_ROWS, data.n_outputs), problem_type)


@every_family
def test_cells_unlike_any_in_training_get_probabilities(key, modality, problem_type):
    data, _, member = trained(key, modality, problem_type)
    table = unknown_rows(modality)
    expected = (table.num_rows, data.n_outputs)
    assert_probabilities(predict(member, table), expected, problem_type)


@every_family
def test_no_rows_get_no_probabilities(key, modality, problem_type):
    data, _, member = trained(key, modality, problem_type)
    features = read(member, data.table.slice(0, 1)).take(np.zeros(1, dtype=bool))
    assert member.estimator.predict_logits(features).shape == (0, data.n_outputs)


@every_family
def test_a_saved_member_predicts_bit_by_bit_the_same(key, modality, problem_type, tmp_path):
    data, _, member = trained(key, modality, problem_type)
    saved_files(member, tmp_path)
    loaded = load_member(modality, tmp_path)
    for table in (data.table, unknown_rows(modality)):
        assert np.array_equal(predict(loaded, table), predict(member, table))


@every_family
def test_a_member_is_kept_in_plain_files(key, modality, problem_type, tmp_path):
    files = saved_files(trained(key, modality, problem_type)[2], tmp_path)
    assert {Path(name).suffix for name in files} <= PLAIN_SUFFIXES


@every_family
def test_the_same_seed_gives_the_same_numbers_and_bytes(key, modality, problem_type, tmp_path):
    data, run, member = trained(key, modality, problem_type)
    again, member_again = train(key, data)
    assert np.array_equal(again.oof_pred_probs, run.oof_pred_probs)
    assert again.plan == run.plan
    first = saved_files(member, tmp_path / "first")
    assert saved_files(member_again, tmp_path / "again") == first


@every_family
def test_a_prediction_does_not_depend_on_the_rows_beside_it(key, modality, problem_type):
    data, _, member = trained(key, modality, problem_type)
    whole = predict(member, data.table)
    alone = [predict(member, data.table.slice(i, 1)) for i in range(0, N_ROWS, 6)]
    # Probabilities are at most one apart, numbers as far as they happen to be.
    rounding = ROUNDING * max(1, np.ptp(whole))
    assert np.abs(np.vstack(alone) - whole[::6]).max() < rounding
    backwards = predict(member, data.table.take(pa.array(range(N_ROWS)[::-1])))
    assert np.abs(backwards[::-1] - whole).max() < rounding


@every_family
def test_a_row_is_never_predicted_by_what_saw_its_label(key, modality, problem_type, monkeypatch):
    """Its label may decide when to stop, so predictions are compared at equal rounds."""
    row = 31
    data = make_data(modality, problem_type)
    y = data.y.copy()
    if problem_type == REGRESSION:
        y[row] += 1
    else:
        y[row] = 1 - y[row] if y.ndim == 2 else (y[row] + 1) % 3 + 1
    before = fold_logits(key, data, monkeypatch)
    after = fold_logits(key, dataclasses.replace(data, y=y), monkeypatch)
    own = int(data.folds[row])
    assert np.array_equal(before[own], after[own])
    others = [fold for fold in before if fold != own]
    assert any(not np.array_equal(before[fold], after[fold]) for fold in others)


def fold_logits(key, data, monkeypatch):
    """What each fold's estimator says of its fold after three rounds, by fold."""
    logits = {}

    class Recorded(FAMILIES[key].estimator):
        def predict_logits(self, X, *, n_rounds=None):
            logits[len(logits)] = super().predict_logits(X, n_rounds=3)
            return super().predict_logits(X, n_rounds=n_rounds)

    with monkeypatch.context() as patch:
        patch.setattr(Family, "estimator", Recorded)
        cross_validate(key, data, seed=0)
    assert len(logits) == N_FOLDS
    return logits


@every_family
def test_labels_that_are_all_alike_are_no_error(key, modality, problem_type, tmp_path):
    same = "7.5" if problem_type == REGRESSION else "same"
    data = make_data(modality, problem_type, labels=[same] * N_ROWS)
    run, member = train(key, data)
    assert_probabilities(run.oof_pred_probs, (N_ROWS, 1), problem_type)
    assert run.oof_pred_probs.min() > 0.5
    saved_files(member, tmp_path)
    assert np.array_equal(
        predict(load_member(modality, tmp_path), data.table), predict(member, data.table)
    )


@every_tabular_family
@pytest.mark.parametrize("kind", KINDS)
def test_one_column_is_enough_of_whatever_kind(key, modality, problem_type, kind, tmp_path):
    data = make_data(modality, problem_type)
    position = KINDS.index(kind)
    one = dataclasses.replace(
        data,
        table=pa.table({"c0": data.table.column(position)}),
        schema=Schema((Column(kind, kind, 0),)),
    )
    assert_trains(key, one, tmp_path)


@every_tabular_family
def test_a_number_that_is_always_missing_tells_nothing(key, modality, problem_type, tmp_path):
    data = make_data(modality, problem_type)
    empty = dataclasses.replace(
        data,
        table=pa.table({"c0": pa.array([""] * N_ROWS), "c1": pa.array([None] * N_ROWS, "string")}),
        schema=Schema((Column("a", NUMERIC, 0), Column("b", NUMERIC, 1))),
    )
    member = assert_trains(key, empty, tmp_path)
    assert np.ptp(predict(member, empty.table), axis=0).max() < ROUNDING


def assert_trains(key, data, folder):
    run, member = train(key, data)
    assert_probabilities(run.oof_pred_probs, (N_ROWS, data.n_outputs), data.problem_type)
    saved_files(member, folder)
    loaded = load_member(data.modality, folder)
    assert np.array_equal(predict(loaded, data.table), predict(member, data.table))
    return member


@pytest.mark.parametrize(
    ("key", "modality"),
    [pytest.param(*c.values[:2], marks=c.marks) for c in CASES if c.values[2] == MULTI_LABEL],
)
def test_one_label_that_varies_beside_one_that_does_not_is_no_error(key, modality, tmp_path):
    labels = ["always,even" if i % 2 else "always" for i in range(N_ROWS)]
    assert_trains(key, make_data(modality, MULTI_LABEL, labels), tmp_path)


LEARNERS = [case for case in CASES if not FAMILIES[case.values[0]].is_baseline]


@pytest.mark.parametrize(("key", "modality", "problem_type"), LEARNERS)
def test_a_family_learns_more_than_the_class_shares(key, modality, problem_type):
    """The label is told by the words, or by number and colour; half of the rows would be luck."""
    labels = [("lost", "money", "thanks")[(i + i // 7) % 3] for i in range(N_ROWS)]
    values = [str((i + i // 7) % 3) for i in range(N_ROWS)]
    data = make_data(modality, problem_type, values if problem_type == REGRESSION else labels)
    if modality == "tabular":
        cells = [
            [str(("lost", "money", "thanks").index(label) + i % 4 / 10)] * 2 + [label[0]] * 2
            for i, label in enumerate(labels)
        ]
        kinds = (NUMERIC, NUMERIC, CATEGORICAL, CATEGORICAL)
        schema = Schema(tuple(Column(f"x{i}", kind, i) for i, kind in enumerate(kinds)))
        data = dataclasses.replace(data, table=tabular_table(cells), schema=schema)
    run = cross_validate(key, data, seed=0)
    if problem_type == REGRESSION:
        assert score_values(run.oof_pred_probs[:, 0], data.y, seed=0).r2 > 0.4
        return
    y = data.y if problem_type == MULTI_CLASS else data.y.argmax(axis=1)
    assert (run.oof_pred_probs.argmax(axis=1) == y).mean() > 0.6


REGRESSORS = [case.values[:2] for case in CASES if case.values[2] == REGRESSION]


@pytest.mark.parametrize(("key", "modality"), REGRESSORS)
def test_the_unit_of_a_number_decides_nothing(key, modality):
    data, run, member = trained(key, modality, REGRESSION)
    # A power of two changes no digit, so that equal splits of trees stay equal.
    other_run, other_member = train(key, dataclasses.replace(data, y=data.y * 1024))
    assert other_run.oof_pred_probs == pytest.approx(run.oof_pred_probs * 1024, rel=1e-9)
    expected = predict(member, data.table) * 1024
    assert predict(other_member, data.table) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("key", "modality"), REGRESSORS)
def test_numbers_far_from_zero_keep_their_digits(key, modality):
    """As seconds since 1970 do; splits of equal worth may fall otherwise, so only about."""
    data, run, _ = trained(key, modality, REGRESSION)
    far = cross_validate(key, dataclasses.replace(data, y=data.y + 1.7e9), seed=0)
    gaps = np.abs(far.oof_pred_probs - 1.7e9 - run.oof_pred_probs)
    assert gaps.mean() < 0.25 * np.nanstd(data.y)


def keys_for(modality="tabular", *, n_rows=5000, n_classes=3, preset="best"):
    found = families_for(
        modality,
        MULTI_CLASS,
        schema=TEXT_SCHEMA if modality == "text" else TABULAR_SCHEMA,
        n_rows=n_rows,
        n_classes=n_classes,
        preset=preset,
    )
    return {family.key for family in found}


BASELINES = {"majority", "best_single_column"}
FAST = BASELINES | {
    "lightgbm",
    "tabular_logistic_regression",
    "tabular_nearest_neighbors",
    "extra_trees_deep",
}
REGULAR = FAST | {"catboost", "xgboost", "tabular_neural_network"}


def test_a_preset_adds_to_the_one_before_it():
    assert keys_for(preset="fast") == FAST
    assert keys_for(preset="regular") == REGULAR
    only_best = {"lightgbm_extra_trees", "extra_trees", "random_forest"}
    assert keys_for(preset="best") == REGULAR | only_best


def test_fast_takes_what_few_rows_make_cheap():
    few = keys_for(n_rows=2000, preset="fast")
    assert few - FAST == {"tabular_neural_network"}
    assert FAST - keys_for(n_rows=5001, preset="fast") == {"extra_trees_deep"}
    assert "extra_trees_deep" in keys_for(n_rows=5001, preset="regular")


def test_very_many_texts_have_words_alone_beside_their_meaning():
    few, many = (keys_for("text", n_rows=n_rows, preset="fast") for n_rows in (50_000, 50_001))
    assert few - many == {"text_linear_svm"}
    assert many - few == {"text_linear_svm_on_words"}


def test_few_rows_are_too_few_for_a_network():
    assert REGULAR - keys_for(n_rows=199, preset="regular") == {"tabular_neural_network"}
    assert "tabular_neural_network" in keys_for(n_rows=200)


def test_many_rows_are_too_many_for_neighbours():
    assert "tabular_nearest_neighbors" in keys_for(n_rows=20_000)
    assert REGULAR - keys_for(n_rows=20_001, preset="regular") == {"tabular_nearest_neighbors"}


def test_many_classes_leave_out_boosted_trees():
    boosted = {"lightgbm", "xgboost", "catboost", "lightgbm_extra_trees"}
    assert keys_for(n_classes=12) & boosted == boosted
    assert keys_for(n_classes=13) & boosted == boosted - {"catboost"}
    assert keys_for(n_classes=51) & boosted == set()


def test_every_project_has_a_baseline_and_a_family_that_is_none():
    for modality in ("text", "tabular"):
        for problem_type in (*BOTH_PROBLEMS, REGRESSION):
            for preset in ("fast", "regular", "best"):
                found = families_for(
                    modality,
                    problem_type,
                    schema=TEXT_SCHEMA,
                    n_rows=5,
                    n_classes=1000,
                    preset=preset,
                )
                assert {family.is_baseline for family in found} == {True, False}


def test_titles_tell_families_apart():
    for modality in ("text", "tabular"):
        for problem_type in (*BOTH_PROBLEMS, REGRESSION):
            shown = [
                family.title
                for family in FAMILIES.values()
                if modality in family.modalities and problem_type in family.problem_types
            ]
            assert len(shown) == len(set(shown))


def test_numbers_are_predicted_in_the_presets_of_the_counterparts():
    for preset, classifiers in (("fast", FAST), ("regular", REGULAR)):
        found = families_for(
            "tabular",
            REGRESSION,
            schema=TABULAR_SCHEMA,
            n_rows=5000,
            n_classes=0,
            preset=preset,
        )
        keys = {family.key.removesuffix("_regressor") for family in found}
        swapped = classifiers - {"majority", "tabular_logistic_regression"}
        assert keys == swapped | {"mean", "tabular_ridge"}


def test_the_best_single_column_is_the_one_that_tells_the_label():
    labels = [("low", "high")[i % 2] for i in range(N_ROWS)]
    cells = [[str(i % 7), labels[i], str(i % 5)] for i in range(N_ROWS)]
    kinds = (NUMERIC, CATEGORICAL, NUMERIC)
    schema = Schema(tuple(Column(f"x{i}", kind, i) for i, kind in enumerate(kinds)))
    data = dataclasses.replace(
        make_data("tabular", MULTI_CLASS, labels), table=tabular_table(cells), schema=schema
    )
    run, member = train("best_single_column", data)
    assert (run.oof_pred_probs.argmax(axis=1) == data.y).all()
    assert member.estimator.column_ == 1


@pytest.mark.parametrize("problem_type", [MULTI_CLASS, MULTI_LABEL])
def test_a_compact_forest_says_what_its_trees_say(problem_type):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 5)).astype(np.float32)
    y = rng.integers(0, 2 if problem_type == MULTI_LABEL else 4, size=(80, 3))
    y = y if problem_type == MULTI_LABEL else y[:, 0]
    trees = [ExtraTreeClassifier(random_state=i, min_samples_leaf=2).fit(X, y) for i in range(5)]
    is_sets = problem_type == MULTI_LABEL
    compact = CompactForest.of((tree.tree_ for tree in trees), is_label_wise=is_sets)
    fresh = rng.normal(size=(140, 5)).astype(np.float32)
    if problem_type == MULTI_LABEL:
        expected = np.mean([[p[:, 1] for p in t.predict_proba(fresh)] for t in trees], axis=0).T
    else:
        expected = np.mean([tree.predict_proba(fresh) for tree in trees], axis=0)
    shares = compact.predict_shares(fresh)
    assert np.abs(shares - expected).max() < 1e-6
    few = [compact.predict_shares(fresh[start : start + 20]) for start in range(0, 140, 20)]
    assert (np.vstack(few) == shares).all()


def test_few_rows_for_catboost_are_the_cells_that_many_are(monkeypatch):
    data, _, member = trained("catboost", "tabular", MULTI_CLASS)
    few = predict(member, data.table)
    monkeypatch.setattr("automl.families.catboost_trees.MAX_FEW_ROWS", 0)
    assert (predict(member, data.table) == few).all()


def test_very_many_texts_are_fitted_in_place_and_as_well(monkeypatch):
    data = make_data("text", MULTI_CLASS)
    usual = cross_validate("text_linear_svm", data, seed=0)
    monkeypatch.setattr("automl.families.text_linear_svm.MANY_TEXTS", 10)
    many = cross_validate("text_linear_svm", data, seed=0)
    agree = usual.oof_pred_probs.argmax(axis=1) == many.oof_pred_probs.argmax(axis=1)
    assert agree.mean() > 0.9
    assert not np.array_equal(usual.oof_pred_probs, many.oof_pred_probs)


class ManySteps(TabularNeuralNetwork):
    HIDDEN = (8,)
    N_EPOCHS = 500


def test_a_network_keeps_no_numbers_that_make_processors_slow():
    """Decay drives what is learned of a column that never varies towards zero, never there."""
    numbers = np.random.default_rng(0).normal(size=(400, 3))
    X = Numbers(numbers, np.zeros(3, dtype=bool), sp.csr_matrix((400, 0)))
    network = ManySteps(seed=0)
    network.fit(X, (numbers[:, 0] > 0).astype(np.int64), n_classes=2)
    weights = np.concatenate([into.ravel() for into, _ in network.layers_])
    assert (weights == 0).any()
    assert not ((weights != 0) & (np.abs(weights) < 1e-30)).any()
