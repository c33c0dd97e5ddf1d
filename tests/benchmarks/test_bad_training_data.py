"""Awkward data from the file to predictions: a sentence that says what is wrong, or a sensible
predictor. The steps are those of the product, in one process."""

import csv
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.errors import InputError
from benchmarks.automl import ours
from benchmarks.automl.jobs import Job

N_ROWS = 60
TABULAR = ["lightgbm", "tabular_logistic_regression", "extra_trees", "majority"]
TEXT = ["text_linear_svm", "text_naive_bayes", "majority"]
CLASSES = ["yes", "no"]


@pytest.fixture(scope="module", autouse=True)
def _quick_candidates():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("automl.families.forests.N_TREES", 5)
        patch.setattr("automl.families.boosted_trees.MAX_ROUNDS", 10)
        patch.setattr(
            ours, "pick_families", lambda data, *_: TEXT if data.modality == "text" else TABULAR
        )
        yield


def write_csv(path, columns):
    with path.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def learn(columns, problem_type="multi-class"):
    """Classes, probabilities and suggested labels of the training rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "model").mkdir()
        write_csv(folder / "rows.csv", columns)
        rows = folder / "rows.csv"
        job = Job(
            "ours", rows, rows, "label", [], problem_type, 0, {"preset": "fast"}, None, folder
        )
        displayed = ours.fit(job)
        assert displayed.details["failed"] == {}
        assert 0 <= displayed.accuracy <= 1
        model = ours.load(job)
        found = ours.predict(model, ours.read_rows(model, job))
    assert np.isfinite(found.pred_probs).all()
    assert found.pred_probs.shape == (len(columns["label"]), len(found.classes))
    if problem_type == "multi-class":
        assert found.pred_probs.sum(axis=1) == pytest.approx(1)
        assert set(found.labels) <= set(found.classes)
    return found


def labels(n_rows=N_ROWS):
    return [CLASSES[i % 2] for i in range(n_rows)]


def numbers(n_rows=N_ROWS):
    return [str((i * 37) % 50 / 10 + 3 * (i % 2)) for i in range(n_rows)]


def refused(columns, problem_type="multi-class"):
    with pytest.raises(InputError) as caught:
        learn(columns, problem_type)
    assert len(caught.value.message) > 20
    return caught.value.code


def test_one_class_is_refused():
    assert refused({"size": numbers(), "label": ["yes"] * N_ROWS}) == "ONE_CLASS"


def test_classes_of_one_row_get_a_probability():
    rare = labels()
    rare[3], rare[7] = "once", "also once"
    assert learn({"size": numbers(), "label": rare}).classes == ["also once", "no", "once", "yes"]


def test_a_thousand_classes_are_learned_but_no_more(monkeypatch):
    names = [f"class {i % 1000:03}" for i in range(2000)]
    texts = [f"about the thing {i % 1000}" for i in range(2000)]
    monkeypatch.setattr(ours, "pick_families", lambda *_: ["text_naive_bayes", "majority"])
    assert len(learn({"text": texts, "label": names}).classes) == 1000
    more = [f"class {i % 1001:04}" for i in range(2002)]
    assert refused({"text": texts + texts[:2], "label": more}) == "TOO_MANY_CLASSES"


def test_columns_that_are_empty_or_all_alike_do_no_harm():
    columns = {"size": numbers(), "nothing": [""] * N_ROWS, "same": ["x"] * N_ROWS}
    found = learn(columns | {"label": labels()})
    assert (np.array(found.labels) == labels()).mean() > 0.8


def test_with_nothing_but_empty_columns_it_says_so():
    assert refused({"nothing": [""] * N_ROWS, "label": labels()}) == "NO_FEATURES"


def test_a_thousand_columns_are_learned_from():
    wide = {f"c {i}": numbers() for i in range(999)}
    found = learn(wide | {"label": labels()})
    assert (np.array(found.labels) == labels()).mean() > 0.7


def test_infinite_and_huge_numbers_count_as_numbers_or_missing():
    odd = numbers()
    odd[:6] = ["inf", "-inf", "1e308", "-1e308", "nan", "1e999"]
    found = learn({"size": odd, "label": labels()})
    assert (np.array(found.labels[6:]) == labels()[6:]).mean() > 0.8


def test_dates_before_1900_are_dates():
    days = [f"{1600 + i * 5}-0{i % 9 + 1}-1{i % 9}" for i in range(N_ROWS)]
    early = ["yes" if i < 30 else "no" for i in range(N_ROWS)]
    found = learn({"day": days, "label": early})
    assert (np.array(found.labels) == early).mean() > 0.9


def test_a_text_of_200_000_characters_is_read():
    texts = [f"the {'good' if i % 2 else 'bad'} one of {i} things" for i in range(N_ROWS)]
    texts[0] = "word " * 40_000
    assert len(learn({"text": texts, "label": labels()}).labels) == N_ROWS


def test_texts_that_are_all_empty_are_refused_or_teach_nothing():
    assert refused({"text": [""] * N_ROWS, "label": labels()}) == "NO_FEATURES"


def test_rows_that_are_all_the_same_teach_the_class_shares():
    found = learn({"size": ["1"] * 30 + ["1.0"] * 30, "label": labels()})
    assert found.pred_probs == pytest.approx(0.5, abs=0.2)


@pytest.mark.parametrize(
    "names", [("0", "1"), ("007", "7"), ("True", "False"), ("1.0", "2.50"), ("-1", "+1")]
)
def test_labels_that_look_like_numbers_or_booleans_come_back_as_they_were(names):
    given_labels = [names[i % 2] for i in range(N_ROWS)]
    found = learn({"size": numbers(), "label": given_labels})
    assert found.classes == sorted(names)
    assert set(found.labels) == set(names)


def test_labels_with_commas_are_one_label_when_they_are_quoted():
    sets = ['"red, dark",big' if i % 2 else "big" for i in range(N_ROWS)]
    found = learn({"size": numbers(), "label": sets}, "multi-label")
    assert found.classes == ["big", "red, dark"]


CELLS = st.sampled_from(
    ["", " ", "0", "-0", "1e9", "inf", "nan", "NULL", "x", "naïve 👍", "1,5", "2024-02-30", "a\nb"]
)


@st.composite
def awkward_tables(draw):
    n_rows = draw(st.integers(1, 40))
    columns = {
        f"c {i}": draw(st.lists(CELLS, min_size=n_rows, max_size=n_rows))
        for i in range(draw(st.integers(1, 4)))
    }
    classes = st.sampled_from(["a", "b", "1", "", " a", "a,b", "ß"])
    return columns | {"label": draw(st.lists(classes, min_size=n_rows, max_size=n_rows))}


@settings(max_examples=15, deadline=None, derandomize=True)
@given(awkward_tables(), st.sampled_from(["multi-class", "multi-label"]))
def test_any_table_is_refused_with_a_sentence_or_learned_from(columns, problem_type):
    # Anything but an InputError fails the test, and `learn` looks at what was predicted.
    with suppress(InputError):
        learn(columns, problem_type)
