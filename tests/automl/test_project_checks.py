import json
from pathlib import Path

import pyarrow as pa
import pytest

from automl.errors import InputError
from automl.problem import class_names, clean_labels
from automl.profiling import TableProfiler
from automl.project_checks import check_project_setup
from automl.tables import open_table

CORPUS = Path(__file__).parents[1] / "bad_inputs"
EXPECTATIONS = json.loads((CORPUS / "expectations.json").read_text())
IN_PROJECT = [
    name
    for name, expected in EXPECTATIONS.items()
    if expected["context"] == "project" and not expected.get("lazy")
]


def make_profiles(**columns):
    profiler = TableProfiler(list(columns))
    cells = [pa.array(column, pa.string()) for column in columns.values()]
    profiler.add(pa.record_batch(cells, names=[f"c{i}" for i in range(len(cells))]))
    return profiler.finish()


def check(label, *, problem_type="multi-class", text=None, **choices):
    text = text or [f"words and more words {i}" for i in range(len(label))]
    setup = {
        "problem_type": problem_type,
        "modality": "text",
        "label_column": "label",
        "text_column": "text",
        "feature_columns": [],
    }
    return check_project_setup(make_profiles(text=text, label=label), len(label), **setup | choices)


def refusal(*args, **choices):
    with pytest.raises(InputError) as caught:
        check(*args, **choices)
    assert len(caught.value.message) <= 200
    return caught.value.code


def codes(warnings):
    return [warning.code for warning in warnings]


def test_numbers_may_all_differ_but_not_all_be_equal():
    assert check([str(i / 7) for i in range(30)], problem_type="regression") == []
    assert refusal(["2.5"] * 29 + [""], problem_type="regression") == "ONE_VALUE"
    assert refusal([""] * 30, problem_type="regression") == "LABEL_EMPTY"
    assert refusal(["1", "two", "3"] * 10, problem_type="regression") == "LABEL_NO_NUMBER"


def test_without_labels_only_the_features_are_checked():
    nothing = {"problem_type": "unsupervised", "label_column": ""}
    assert check(["a", "b"] * 15, **nothing) == []
    assert refusal(["a", "b"] * 15, text=[""] * 30, **nothing) == "TEXT_EMPTY"


@pytest.mark.parametrize("name", IN_PROJECT)
def test_the_corpus_is_answered_as_it_expects(name):
    expected = EXPECTATIONS[name]
    with open_table(CORPUS / name, file_name=Path(name).name) as table:
        batches = list(table.batches())
        profiler = TableProfiler(table.columns)
        for batch in batches:
            profiler.add(batch)
        n_rows = table.n_rows
    profiles = profiler.finish()
    features = [p["name"] for p in profiles if p["name"] != "label"]
    is_text = features == ["text"]
    setup = {
        "problem_type": expected.get("task", "multi-class"),
        "modality": "text" if is_text else "tabular",
        "label_column": "label",
        "text_column": "text" if is_text else None,
        "feature_columns": features,
    }
    if expected["expect"] == "error":
        with pytest.raises(InputError) as caught:
            check_project_setup(profiles, n_rows, **setup)
        assert (caught.value.code, caught.value.message) == (expected["code"], expected["message"])
        return
    warnings = check_project_setup(profiles, n_rows, **setup)
    assert set(expected.get("warnings", [])) <= set(codes(warnings))
    assert n_rows == expected["rows"]
    if "classes" in expected:
        cells = [cell for b in batches for cell in b.column(table.columns.index("label"))]
        labels = clean_labels([cell.as_py() for cell in cells], setup["problem_type"])
        assert len(class_names(labels, setup["problem_type"])) == expected["classes"]


def test_a_sound_choice_has_nothing_to_be_said_about_it():
    assert check(["a", "b"] * 10) == []


def test_too_few_rows_are_refused():
    assert refusal(["a", "b", "a", "b"]) == "TOO_FEW_ROWS"


def test_five_rows_are_enough():
    assert codes(check(["a", "b", "a", "b", "a"])) == ["RARE_CLASS"]


@pytest.mark.parametrize("choice", [{"label_column": "nope"}, {"text_column": "nope"}])
def test_a_column_that_is_not_there_is_refused(choice):
    assert refusal(["a", "b"] * 10, **choice) == "UNKNOWN_COLUMN"


def test_the_label_cannot_be_a_feature():
    choice = {"modality": "tabular", "feature_columns": ["text", "label"]}
    assert refusal(["a", "b"] * 10, **choice) == "LABEL_IS_FEATURE"


def test_at_least_one_feature_is_needed():
    assert refusal(["a", "b"] * 10, modality="tabular", feature_columns=[]) == "NO_FEATURES"


def test_features_that_are_all_empty_are_no_features():
    choice = {"modality": "tabular", "feature_columns": ["text"]}
    assert refusal(["a", "b"] * 10, text=[""] * 20, **choice) == "NO_FEATURES"


def test_one_class_is_refused_though_it_is_written_in_two_ways():
    assert refusal(["a", " a "] * 10) == "ONE_CLASS"


def test_one_label_is_enough_for_label_sets():
    assert check(["a", ""] * 10, problem_type="multi-label") == []


@pytest.mark.parametrize("problem_type", ["multi-class", "multi-label"])
def test_blank_labels_are_no_labels(problem_type):
    assert refusal([" ", "  "] * 10, problem_type=problem_type) == "LABEL_EMPTY"


def test_the_reserved_name_is_refused_inside_a_set_too():
    labels = ["a,Suggested Label", "a"] * 10
    assert refusal(labels, problem_type="multi-label") == "RESERVED_CLASS_NAME"


def test_a_thousand_classes_are_allowed_and_one_more_is_not():
    labels = [f"class {i}" for i in range(1000)] * 2
    assert codes(check(labels)) == ["RARE_CLASS"]
    assert refusal([*labels, "one more"]) == "TOO_MANY_CLASSES"


def test_classes_that_differ_in_case_or_spaces_are_named():
    warnings = check(["Card", "card", "other"] * 10)
    assert codes(warnings) == ["LABELS_DIFFER_BY_CASE"]
    assert "Card / card" in warnings[0].message


def test_rare_classes_are_counted():
    warnings = check(["a", "b"] * 10 + ["c", "d"])
    assert codes(warnings) == ["RARE_CLASS"]
    assert warnings[0].count == 2


def test_labels_with_spaces_around_them_are_counted():
    warnings = check([" a", "b"] * 10)
    assert codes(warnings) == ["LABELS_TRIMMED"]
    assert warnings[0].count == 10


def test_a_quoted_label_set_is_no_untidy_one():
    assert check(['"x,y",a', "a"] * 10, problem_type="multi-label") == []
