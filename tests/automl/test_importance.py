import numpy as np
import pyarrow as pa
import pytest

from automl.candidates import TrainingData, refit
from automl.importance import permutation_importance, top_terms
from automl.predictor import Predictor
from automl.problem import MULTI_CLASS, MULTI_LABEL, encode_labels
from automl.schema import CATEGORICAL, IDENTIFIER, NUMERIC, TEXT, Column, Schema

N_ROWS = 240
PLAN = {"calibration": {"temperature": 1.0, "slopes": [], "offsets": []}}
LABEL_PLAN = {"calibration": {"temperature": 1.0, "slopes": [1.0] * 2, "offsets": [0.0] * 2}}


def train(families, table, columns, labels, problem_type=MULTI_CLASS, weights=None):
    schema, modality = Schema(columns), "text" if columns[0].kind == TEXT else "tabular"
    classes = sorted({part for label in labels for part in label.split(",")})
    y = encode_labels(labels, classes, problem_type)
    folds = np.zeros(len(labels), dtype=np.int8)
    data = TrainingData(table, schema, modality, problem_type, classes, y, folds)
    plan = PLAN if problem_type == MULTI_CLASS else LABEL_PLAN
    members = [refit(family, data, plan, seed=0) for family in families]
    weights = weights or [1 / len(members)] * len(members)
    return Predictor(schema, classes, modality, problem_type, members, weights), y


@pytest.fixture(scope="module")
def tabular():
    rng = np.random.default_rng(0)
    size = rng.uniform(0, 10, N_ROWS)
    table = pa.table(
        {
            "c0": [f"{number:.3f}" for number in size],
            "c1": [("red", "green")[i] for i in rng.integers(0, 2, N_ROWS)],
            "c2": [f"id-{i}" for i in range(N_ROWS)],
        }
    )
    columns = (
        Column("size", NUMERIC, 0),
        Column("colour", CATEGORICAL, 1),
        Column("customer", IDENTIFIER, 2),
    )
    labels = ["large" if number > 5 else "small" for number in size]
    predictor, y = train(["lightgbm", "tabular_logistic_regression"], table, columns, labels)
    return predictor, table, y


def test_the_column_that_decides_matters_and_noise_does_not(tabular):
    found = permutation_importance(*tabular, seed=3)
    rises = {column["name"]: column["rise"] for column in found["columns"]}
    assert next(iter(rises)) == "size"
    assert rises["size"] > 0.3
    assert abs(rises["colour"]) < 0.05
    assert (found["n_rows"], found["n_repeats"]) == (N_ROWS, 3)


def test_columns_that_no_model_reads_are_not_measured(tabular):
    found = permutation_importance(*tabular, seed=3)
    assert {column["name"] for column in found["columns"]} == {"size", "colour"}


def test_the_same_seed_gives_the_same_importance(tabular):
    assert permutation_importance(*tabular, seed=3) == permutation_importance(*tabular, seed=3)


def test_many_rows_are_sampled(tabular):
    predictor, table, y = tabular
    many = pa.concat_tables([table] * 10)
    found = permutation_importance(predictor, many, np.tile(y, 10), seed=0)
    assert found["n_rows"] == 2000


WORDS = {
    "lost": "my card is lost",
    "refund": "please refund the money",
    "thanks": "thank you very much",
}


def make_texts(problem_type=MULTI_CLASS, families=("text_linear_svm",), weights=None):
    names = list(WORDS)[:2] if problem_type == MULTI_LABEL else list(WORDS)
    labels = [names[i % len(names)] for i in range(60)]
    table = pa.table({"c0": [f"{WORDS[label]} today" for label in labels]})
    columns = (Column("text", TEXT, 0),)
    return train(families, table, columns, labels, problem_type, weights)[0]


@pytest.mark.parametrize("family", ["text_linear_svm", "text_naive_bayes"])
def test_each_class_has_its_own_words_and_not_those_of_all(family):
    predictor = make_texts(families=[family])
    found = top_terms(predictor, np.full(3, 20), predictor.classes)
    for line in found["classes"]:
        terms = [term["term"] for term in line["terms"]]
        assert 3 <= len(terms) <= 10
        # The strongest are words, or pairs of words, of that class alone.
        assert all(set(term.split()) & set(WORDS[line["name"]].split()) for term in terms[:3])
        assert "today" not in terms[:3]


def test_labels_of_sets_have_words_too():
    predictor = make_texts(MULTI_LABEL)
    found = top_terms(predictor, np.full(2, 30), predictor.classes)
    assert "lost" in [term["term"] for term in found["classes"][0]["terms"]]


def test_the_member_of_the_largest_weight_is_described():
    predictor = make_texts(families=["text_naive_bayes", "text_linear_svm"], weights=[0.3, 0.7])
    found = top_terms(predictor, np.full(3, 20), predictor.classes)
    assert (found["family"], found["weight"]) == ("Linear SVM (words + meaning)", 0.7)


def test_of_many_classes_the_largest_are_described():
    names = [f"class{k:02}" for k in range(60)]
    table = pa.table({"c0": [f"word{k} again" for k in range(60) for _ in range(2)]})
    labels = [name for name in names for _ in range(2)]
    predictor, _ = train(["text_naive_bayes"], table, (Column("text", TEXT, 0),), labels)
    found = top_terms(predictor, np.arange(60), predictor.classes)
    assert [line["name"] for line in found["classes"]] == names[10:]
    assert found["n_left_out"] == 10


def test_a_predictor_without_terms_has_none(tabular):
    assert top_terms(tabular[0], np.ones(2), ["large", "small"]) is None
