"""What every family promises, on a small table that has all that is awkward."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from automl.candidates import TrainingData, cross_validate, load_member, refit
from automl.families import FAMILIES, families_for
from automl.features.embeddings import Embeddings
from automl.folds import make_folds
from automl.problem import MULTI_CLASS, MULTI_LABEL, encode_labels, labelled_rows
from automl.schema import BOOLEAN, CATEGORICAL, DATETIME, NUMERIC, TEXT, Column, Schema

N_ROWS = 72
LABELS = [("lost", "money", "thanks")[i % 3] for i in range(N_ROWS)]
TEXTS = {
    "lost": "my card is lost, since day",
    "money": "where is my money? I miss",
    "thanks": "thank you for the help of",
}
TABLE = {
    "c0": ["" if i % 9 == 4 else str(i % 3 + i / 100) for i in range(N_ROWS)],
    "c1": [("red", "green", "", "blue")[i % 4] for i in range(N_ROWS)],
    "c2": [("yes", "no")[i % 2] for i in range(N_ROWS)],
    "c3": [f"20{i % 20:02}-03-0{i % 9 + 1}" for i in range(N_ROWS)],
    "c4": ["" for _ in range(N_ROWS)],
    "c5": [f"{TEXTS[label]} {i}" for i, label in enumerate(LABELS)],
    "c6": [("1e400", "-1e400", "7")[i % 3] for i in range(N_ROWS)],
}
KINDS = [NUMERIC, CATEGORICAL, BOOLEAN, DATETIME, NUMERIC, TEXT, NUMERIC]
SCHEMA = Schema(tuple(Column(f"column {i}", kind, i) for i, kind in enumerate(KINDS)))


def make_data(modality, problem_type):
    labels = [*LABELS]
    labels[7], labels[20], labels[21] = "only once", None, None
    if problem_type == MULTI_LABEL:
        labels = [label and label + (",even" if i % 2 else "") for i, label in enumerate(labels)]
    classes = sorted({part for label in labels if label for part in label.split(",")})
    y = encode_labels(labels, classes, problem_type)
    table, schema = pa.table(TABLE), SCHEMA
    if modality == "text":
        texts = ["", *TABLE["c5"][1:]]
        table, schema = pa.table({"c0": texts}), Schema((Column("text", TEXT, 0),))
    folds = make_folds(y, n_splits=2, seed=0)
    embeddings = Embeddings(table)
    return TrainingData(table, schema, modality, problem_type, classes, y, folds, embeddings)


CASES = [
    pytest.param(family.key, modality, problem_type, id=f"{family.key}-{modality}-{problem_type}")
    for family in FAMILIES.values()
    for modality in family.modalities
    for problem_type in family.problem_types
]


@pytest.mark.parametrize(("family", "modality", "problem_type"), CASES)
def test_a_family_keeps_its_promises(family, modality, problem_type, tmp_path):
    data = make_data(modality, problem_type)
    result = cross_validate(family, data, seed=0)
    predicts_every_row_with_probabilities(result.oof_pred_probs, data)
    predicts_a_row_without_having_seen_its_label(family, data, result)

    member = refit(family, data, result.plan, seed=0)
    strange = make_strange(data)
    expected = member.predict_proba(member.encoder.transform(strange, Embeddings(strange)))
    predicts_every_row_with_probabilities(expected, data)
    predicts_a_row_by_itself(member, strange, expected)

    first, again = tmp_path / "first", tmp_path / "again"
    write(member, first)
    write(refit(family, data, result.plan, seed=0), again)
    same_seed_gives_the_same_bytes(first, again)
    loaded = load_member(modality, first)
    restored = loaded.predict_proba(loaded.encoder.transform(strange, Embeddings(strange)))
    assert np.array_equal(restored, expected)


def write(member, folder):
    folder.mkdir()
    member.save(folder)


def make_strange(data):
    """Rows as prediction meets them: unseen values, empty cells, no numbers, extremes."""
    cells = ["", "never seen before", "1e308", "31.12.1899", "yes"]
    return pa.table(dict.fromkeys(data.table.column_names, cells))


def predicts_every_row_with_probabilities(pred_probs, data):
    assert pred_probs.shape[1] == len(data.classes)
    assert np.isfinite(pred_probs).all()
    assert pred_probs.min() >= 0
    assert pred_probs.max() <= 1
    if data.problem_type == MULTI_CLASS:
        assert pred_probs.sum(axis=1) == pytest.approx(1, abs=1e-5)


def predicts_a_row_without_having_seen_its_label(family, data, result):
    """Other labels in one fold leave the logits of that fold alone; only their scale may move."""
    if FAMILIES[family].estimator.has_rounds:
        return  # which rounds a fold is predicted with comes from watching the other folds
    inside = data.folds == 0
    swapped = inside & labelled_rows(data.y)
    y = data.y.copy()
    y[swapped] = np.roll(y[swapped], 1, axis=0)
    changed = cross_validate(family, replace(data, y=y), seed=0).oof_pred_probs
    before, after = result.oof_pred_probs[inside], changed[inside]
    # A temperature, or a slope above 0 for each label, keeps the order within a row or a label.
    if data.problem_type == MULTI_CLASS:
        assert np.array_equal(before.argmax(axis=1), after.argmax(axis=1))
    else:
        for k in range(before.shape[1]):
            order = np.argsort(before[:, k], kind="stable")
            assert (np.diff(after[order, k]) >= -1e-5).all() or np.ptp(before[:, k]) < 1e-6


def predicts_a_row_by_itself(member, table, expected):
    for i in range(table.num_rows):
        row = table.slice(i, 1)
        alone = member.predict_proba(member.encoder.transform(row, Embeddings(row)))
        assert alone[0] == pytest.approx(expected[i], abs=1e-6)


def same_seed_gives_the_same_bytes(first, again):
    names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert names == sorted(p.relative_to(again) for p in again.rglob("*") if p.is_file())
    for name in names:
        assert (first / name).read_bytes() == (again / name).read_bytes(), name


@pytest.mark.parametrize("modality", ["text", "tabular"])
def test_presets_only_add_families(modality):
    def keys(preset):
        picked = families_for(modality, MULTI_CLASS, n_rows=5_000, n_classes=5, preset=preset)
        return {family.key for family in picked}

    assert keys("fast") < keys("regular") <= keys("best")
    assert "majority" in keys("fast")


def test_families_that_would_cost_too_much_are_left_out():
    few = families_for("tabular", MULTI_CLASS, n_rows=1_000, n_classes=2, preset="regular")
    many = families_for("tabular", MULTI_CLASS, n_rows=50_000, n_classes=80, preset="regular")
    assert {f.key for f in few} - {f.key for f in many} == {
        "lightgbm",
        "xgboost",
        "catboost",
        "tabular_nearest_neighbors",
    }
    assert {f.key for f in many} - {f.key for f in few} == {"tabular_neural_network"}
