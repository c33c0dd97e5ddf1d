import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from automl.profiling import MAX_COUNTED, MAX_EXAMPLE_CHARS, TableProfiler

ROOT = Path(__file__).parents[2]
NUMBERED = [str(i) for i in range(30)]


def profile(cells, name="column", batch_rows=None):
    profiler = TableProfiler([name])
    size = batch_rows or max(len(cells), 1)
    for start in range(0, len(cells), size):
        part = pa.array(cells[start : start + size], pa.string())
        profiler.add(pa.record_batch([part], names=["c0"]))
    return profiler.finish()[0]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2.5", "-3e2"], "numeric"),
        (["1", "0", ""], "numeric"),
        (["red", "blue", "red"], "categorical"),
        (["yes", "no", ""], "boolean"),
        (["True", "false"], "boolean"),
        (["2020-01-01", "31.12.2020"], "datetime"),
        (["20200101", "20200102"], "numeric"),
        ([f"a sentence with number {i}" for i in range(30)], "text"),
        (["the same long sentence", "another long sentence"] * 40, "categorical"),
        ([f"k{i}" for i in range(30)], "identifier"),
        (["x", "x", "x"], "constant"),
        (["x", "x", ""], "categorical"),
        (["", None, ""], "empty"),
    ],
)
def test_the_kind_of_a_column_is_told_from_all_its_cells(cells, kind):
    assert profile(cells)["kind"] == kind


def test_the_last_of_many_cells_can_decide_the_kind():
    cells = ["1"] * 9_999 + ["one"]
    assert profile(cells, batch_rows=100)["kind"] == "categorical"


def test_how_rows_are_cut_into_batches_changes_nothing():
    cells = ["a,b", "", None, "b", "1", "2020-01-01", "a", " a "] * 5
    whole = profile(cells)
    assert profile(cells, batch_rows=3) == whole
    assert profile(cells, batch_rows=1) == whole


def test_unique_whole_numbers_are_an_identifier_only_under_such_a_name():
    assert profile(NUMBERED, "customer_id")["kind"] == "identifier"
    assert profile(NUMBERED, "Row No")["kind"] == "identifier"
    assert profile(NUMBERED, "income")["kind"] == "numeric"


def test_a_few_unique_values_are_no_identifier_yet():
    assert profile([f"k{i}" for i in range(5)])["kind"] == "categorical"


@pytest.mark.parametrize("cells", [["٣", "٤", "٣"], ["1_000", "2"], ["nan", "1"]])
def test_what_the_number_reader_refuses_is_no_number_here_either(cells):
    assert profile(cells)["kind"] == "categorical"


def test_numbers_past_64_bits_stay_apart():
    cells = ["123456789012345678901234567890", "123456789012345678901234567891"]
    found = profile(cells)
    assert found["kind"] == "numeric"
    assert found["n_distinct"] == 2


def test_thousands_separators_are_read_as_words_with_a_hint():
    found = profile(["1,000", "2,500", "1,000"])
    assert found["kind"] == "categorical"
    assert "thousands" in found["note"]
    assert found["looks_multi_label"] is False


def test_a_list_of_short_numbers_gets_no_such_hint():
    assert profile(["1,2", "2,3"])["note"] == ""


def test_useless_columns_say_why():
    assert profile(["", ""])["note"] == "every cell is empty"
    assert profile(["x"])["note"] == "every row has the same value"
    assert "occurs once" in profile([f"k{i}" for i in range(30)])["note"]


@pytest.mark.parametrize(
    ("cells", "label_type"),
    [
        (["1", "02"], "integer"),
        (["0", "1"], "integer"),
        (["1.0", "2"], "float"),
        (["True", "False"], "boolean"),
        (["yes", "maybe"], "string"),
        (["٣", "٤"], "string"),
    ],
)
def test_the_type_of_labels_is_told_from_the_whole_column(cells, label_type):
    assert profile(cells)["label_type"] == label_type


def test_cells_are_counted_as_they_are_and_as_lists():
    found = profile(["a,b", "a", "b , a", "", None])
    assert found["n_missing"] == 2
    assert found["value_counts"] == [["a,b", 1], ["a", 1], ["b , a", 1]]
    assert found["label_set_counts"] == [["a", 3], ["b", 2]]


def test_comma_lists_whose_parts_repeat_look_like_label_sets():
    assert profile(["a,b", "a", "b", "c,a"] * 10)["looks_multi_label"] is True
    assert profile(["a", "b"] * 10)["looks_multi_label"] is False
    sentences = [f"well, this is sentence {i}, not a list" for i in range(50)]
    assert profile(sentences)["looks_multi_label"] is False


def test_more_different_values_than_classes_may_have_are_not_counted():
    found = profile([f"v{i}" for i in range(MAX_COUNTED + 1)])
    assert found["n_distinct"] == MAX_COUNTED + 1
    assert found["value_counts"] is None
    assert found["label_set_counts"] is None


def test_examples_are_few_different_and_short():
    found = profile(["x" * 1000, "x" * 2000, "b", "b", "c", "d"])
    assert found["examples"] == ["x" * MAX_EXAMPLE_CHARS, "b", "c"]


def test_lengths_are_means_over_filled_cells():
    found = profile(["one two", "", "three"])
    assert found["mean_words"] == 1.5
    assert found["mean_chars"] == 6.0


def test_a_profile_can_be_stored_as_json():
    found = profile(["a,b", "\x00", "😀", None])
    assert json.loads(json.dumps(found)) == found


def test_every_column_has_its_own_profile():
    profiler = TableProfiler(["a", "b"])
    profiler.add(pa.record_batch([pa.array(["1"]), pa.array(["x"])], names=["c0", "c1"]))
    assert [(p["name"], p["position"]) for p in profiler.finish()] == [("a", 0), ("b", 1)]


def test_what_the_web_process_imports_brings_no_learning_library():
    code = (
        "import sys\n"
        "import automl.problem, automl.schema, automl.profiling, automl.project_guess\n"
        "import automl.project_checks, automl.tables\n"
        "heavy = ('pandas', 'sklearn', 'lightgbm', 'xgboost', 'catboost', 'scipy', 'cleanlab')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["paid", "humid", "bid", "BID"])
def test_a_word_that_ends_in_id_is_no_identifier(name):
    assert profile(NUMBERED, name)["kind"] == "numeric"


@pytest.mark.parametrize("name", ["customerId", "customerID", "ID", "row_id", "user id"])
def test_names_of_identifiers_are_known_in_several_spellings(name):
    assert profile(NUMBERED, name)["kind"] == "identifier"
