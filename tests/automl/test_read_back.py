"""Class names in a CSV file that pandas reads."""

import io

import pandas as pd
import pytest
from pandas._libs.parsers import STR_NA_VALUES

from automl.read_back import MISSING, find_changed, may_change, warn_of_changed

NUMBERS = ["007", "7", "-7", "+7", ".5", "5.", "1e5", "1E-5", "inf", "-Infinity"]
OTHERS = ["True", "false", "TrUe", "NA", "None", "nan", "<NA>"]
TEXTS = ["yes", "1_000", "0x10", "1,5", "\u0663", "t", "1 000", "1e", "."]


@pytest.mark.parametrize("name", [*NUMBERS, *OTHERS, *TEXTS])
def test_a_name_may_change_where_pandas_makes_no_text_of_it(name):
    column = pd.read_csv(io.StringIO(f'label\n"{name}"\n'))["label"]
    assert may_change(name) == (column.tolist() != [name])


def test_what_is_missing_for_pandas_is_missing_here():
    assert {""} | MISSING == STR_NA_VALUES


@pytest.mark.parametrize(
    ("classes", "changed"),
    [
        (["no", "yes"], []),
        (["0", "1", "10"], []),
        (["-1.5", "0.25"], []),
        (["False", "True"], []),
        (["false", "true"], []),
        (["007", "8"], ["007", "8"]),
        (["1", "two"], ["1"]),
        (["1.50", "2.25"], ["1.50", "2.25"]),
        (["True", "maybe"], ["True"]),
        (["NA", "EU"], ["NA"]),
        (["None", "some"], ["None"]),
    ],
)
def test_numbers_and_truth_values_among_themselves_come_back_as_they_were(classes, changed):
    assert list(find_changed(classes)) == changed


def test_the_warning_says_what_becomes_of_them():
    (warning,) = warn_of_changed(["007", "NA", "True", "null", "word"])
    assert "“007” as the number 7, “NA” as missing, “True” as a truth value" in warning.message
    assert "and 1 more" in warning.message
    assert warning.count == 4
    assert warn_of_changed(["a", "b"]) == []
