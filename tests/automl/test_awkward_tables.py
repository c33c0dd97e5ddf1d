"""Any table and any labels, for every family: probabilities for every row, or a bug of ours."""

import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automl.candidates import TrainingData, cross_validate, load_member, refit
from automl.features.embeddings import Embeddings
from automl.features.onnx_encoder import bundled_encoder
from automl.folds import make_folds
from automl.problem import (
    MIN_ROWS,
    MULTI_CLASS,
    MULTI_LABEL,
    REGRESSION,
    class_names,
    encode_labels,
)
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

from .test_families import CASES, assert_probabilities

EXAMPLES = 4
CELLS = {
    NUMERIC: ["0", "-1.5", "3", "1e308", "-inf", "inf", "nan", "1e-320", "007", "1,5", "x"],
    CATEGORICAL: ["a", "A", " a", "ä", "👍", "a\nb", "x" * 300, "0"],
    BOOLEAN: ["yes", "no", "true", "2"],
    DATETIME: ["1599-12-31", "0001-01-01", "9999-12-31", "2024-02-30", "1969-12-31 23:59", "now"],
    TEXT: ["word", "two words", "钱 грошi", "word " * 40_000, "?!", "\u200b", "a" * 5_000],
    IDENTIFIER: ["id-1", "id-2"],
    CONSTANT: ["same"],
    EMPTY: [""],
}
NUMBERS = ["0", "7", "7.0", "-1.5", "1e12", "-3e5", "0.000001"]
NAMES = ["yes", "no", "1", "True", "ß"]


@pytest.fixture(scope="module", autouse=True)
def _small_families():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("automl.families.forests.N_TREES", 3)
        patch.setattr("automl.families.boosted_trees.MAX_ROUNDS", 5)
        patch.setattr("automl.families.boosted_trees.LABEL_ROUNDS", 5)
        patch.setattr("automl.families.network_training.MIN_EPOCHS", 2)
        patch.setattr("automl.families.network_training.MAX_EPOCHS", 4)
        yield


@cache
def meaning(text):
    return bundled_encoder().encode([text])[0]


def embeddings_of(table, schema):
    """By the real encoder, each text once for all examples."""
    made = {
        i: np.array([meaning((cell or "")[:2_000]) for cell in table.column(i).to_pylist()])
        for i, column in enumerate(schema.columns)
        if column.kind == TEXT
    }
    return Embeddings(table, {i: vectors.reshape(-1, 384) for i, vectors in made.items()})


@st.composite
def tables(draw, schema, n_rows):
    """Every cell may be missing, and a whole column as well."""
    columns = {}
    for i, column in enumerate(schema.columns):
        cells = draw(
            st.sampled_from(
                [
                    st.sampled_from([*CELLS[column.kind], "", None]),
                    st.sampled_from(CELLS[column.kind]),
                    st.just(CELLS[column.kind][0]),
                    st.none(),
                ]
            )
        )
        columns[f"c{i}"] = pa.array(
            draw(st.lists(cells, min_size=n_rows, max_size=n_rows)), "string"
        )
    return pa.table(columns)


@st.composite
def label_lists(draw, problem_type, n_rows):
    """Rare classes, labels that are always there, empty sets; a few rows without a label."""
    if problem_type == REGRESSION:
        one = st.sampled_from(NUMBERS[: draw(st.integers(1, len(NUMBERS)))])
    elif problem_type == MULTI_CLASS:
        one = st.sampled_from(NAMES[: draw(st.integers(1, len(NAMES)))])
    else:
        one = st.lists(st.sampled_from(NAMES), max_size=3, unique=True).map(
            lambda names: ",".join(sorted(names))
        )
    labels = draw(st.lists(st.one_of(one, one, one, st.none()), min_size=n_rows, max_size=n_rows))
    given_labels = draw(st.lists(one, min_size=MIN_ROWS, max_size=MIN_ROWS))
    labels[:MIN_ROWS] = given_labels
    if problem_type == MULTI_LABEL:
        labels[0] = labels[0] or NAMES[0]
    return labels


@st.composite
def problems(draw, modality, problem_type):
    if modality == "text":
        schema = Schema((Column("text", TEXT, 0),))
    else:
        kinds = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=4))
        schema = Schema(tuple(Column(f"{k} {i}", k, i) for i, k in enumerate(kinds)))
    n_rows = draw(st.integers(MIN_ROWS, 30))
    labels = draw(label_lists(problem_type, n_rows))
    return schema, draw(tables(schema, n_rows)), labels, draw(tables(schema, 5))


@pytest.mark.parametrize(("key", "modality", "problem_type"), CASES)
def test_any_table_is_learned_from_and_predicted(key, modality, problem_type):
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(problems(modality, problem_type))
    def learn_and_predict(problem):
        schema, table, labels, others = problem
        classes = [] if problem_type == REGRESSION else class_names(labels, problem_type)
        y = encode_labels(labels, classes, problem_type)
        data = TrainingData(
            table,
            schema,
            modality,
            problem_type,
            classes,
            y,
            make_folds(y, seed=0),
            embeddings_of(table, schema),
        )
        run = cross_validate(key, data, seed=0)
        assert_probabilities(run.oof_pred_probs, (len(labels), data.n_outputs), problem_type)
        member = refit(key, data, run.plan, seed=0)
        features = member.encoder.transform(others, embeddings_of(others, schema))
        pred_probs = member.predict_proba(features)
        assert_probabilities(pred_probs, (5, data.n_outputs), problem_type)
        with tempfile.TemporaryDirectory() as folder:
            member.save(Path(folder))
            loaded = load_member(modality, Path(folder))
        assert np.array_equal(loaded.predict_proba(features), pred_probs)

    learn_and_predict()
