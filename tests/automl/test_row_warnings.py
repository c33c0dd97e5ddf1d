"""Every row is predicted; what was odd about it is said."""

import json
import time

import numpy as np
import pyarrow as pa
import pytest

from automl.limits import MAX_TEXT_CHARS
from automl.row_warnings import (
    EMPTY_ROW,
    EMPTY_TEXT,
    NO_DATE,
    NO_NUMBER,
    UNSEEN_CATEGORY,
    WarningSummary,
    find_cell_warnings,
    find_row_warnings,
    join_summaries,
)
from automl.schema import BOOLEAN, CATEGORICAL, DATETIME, NUMERIC, TEXT, Column, Schema
from automl.training_profile import TrainingProfile

KINDS = {"size": CATEGORICAL, "age": NUMERIC, "day": DATETIME, "note": TEXT, "paid": BOOLEAN}
SCHEMA = Schema(tuple(Column(name, kind, i) for i, (name, kind) in enumerate(KINDS.items())))
GOOD = ("S", "30", "2024-05-01", "fine", "yes")
ODD = (
    "size: “XL” was never seen; age: “abc” is no number; day: “31.02.2024” is no date; "
    "note: empty text; paid: “maybe” was never seen"
)


def table_of(*rows):
    columns = zip(*rows, strict=True)
    return pa.table({f"c{i}": pa.array(cells, pa.string()) for i, cells in enumerate(columns)})


PROFILE = TrainingProfile.of(
    table_of(GOOD, ("M", "40", "2024-06-01", "good", "no")), SCHEMA, ["a", "b"]
)


def warn(*rows, profile=PROFILE, schema=SCHEMA):
    return find_row_warnings(table_of(*rows), schema, profile)


def test_a_row_says_what_is_odd_about_it():
    odd = ("XL", "abc", "31.02.2024", "  ", "maybe")
    found = warn(GOOD, odd, GOOD)
    assert found.texts.to_pylist() == [
        None,
        ODD,
        None,
    ]
    assert (found.summary.n_rows, found.summary.n_warned_rows) == (3, 1)
    kinds = {finding.kind for finding in found.summary.findings}
    assert kinds == {UNSEEN_CATEGORY, NO_NUMBER, NO_DATE, EMPTY_TEXT}


def test_empty_cells_are_missing_and_nothing_to_warn_of():
    found = warn(("", None, "", "text", ""))
    assert found.texts.to_pylist() == [None]
    assert found.summary.findings == ()


def test_an_empty_row_is_said_once():
    found = warn(("", None, " ", "", ""), GOOD)
    assert found.texts.to_pylist() == ["every cell is empty", None]
    assert [(f.column, f.kind, f.n_rows) for f in found.summary.findings] == [(None, EMPTY_ROW, 1)]


def test_a_sole_empty_text_is_an_empty_text():
    found = warn(("",), ("a b",), profile=None, schema=Schema((Column("note", TEXT, 0),)))
    assert found.texts.to_pylist() == ["note: empty text", None]


def test_without_a_profile_or_with_values_left_out_no_category_is_unseen():
    assert warn(("XL", *GOOD[1:]), profile=None).texts.to_pylist() == [None]
    schema = Schema((Column("size", CATEGORICAL, 0),))
    many = TrainingProfile.of(table_of(*[(f"v{i}",) for i in range(1001)]), schema, [])
    assert warn(("XL",), profile=many, schema=schema).texts.to_pylist() == [None]


def test_examples_are_the_first_five_cells_with_the_first_five_rows_of_each():
    rows = [(f"X{i % 7}", *GOOD[1:]) for i in range(70)]
    (finding,) = warn(GOOD, *rows).summary.findings
    assert finding.n_rows == 70
    assert [cell for cell, _ in finding.examples] == ["X0", "X1", "X2", "X3", "X4"]
    assert finding.examples[0][1] == (1, 8, 15, 22, 29)


@pytest.mark.parametrize("cut", [1, 5, 13])
def test_slices_of_a_file_say_the_same_as_the_whole(cut):
    rng = np.random.default_rng(cut)
    rows = [
        (f"X{rng.integers(9)}", str(rng.choice(["1", "abc", ""])), *GOOD[2:]) for _ in range(60)
    ]
    whole = warn(*rows)
    parts = [warn(*rows[i : i + cut]) for i in range(0, 60, cut)]
    joined = join_summaries([part.summary for part in parts])
    assert by_key(joined) == by_key(whole.summary)
    assert joined.n_warned_rows == whole.summary.n_warned_rows
    assert [text for part in parts for text in part.texts.to_pylist()] == whole.texts.to_pylist()


def by_key(summary):
    return {(finding.column, finding.kind): finding for finding in summary.findings}


def test_a_summary_comes_back_from_json():
    summary = warn(("XL", "abc", *GOOD[2:])).summary
    assert WarningSummary.from_json(json.loads(json.dumps(summary.to_json()))) == summary


def test_hostile_names_and_cells_are_shown_harmlessly_and_cut():
    schema = Schema((Column("ab\n" + "n" * 500, NUMERIC, 0), Column("{cell}", NUMERIC, 1)))
    found = warn(("\x00" + "x" * 90_000, "{name}"), profile=None, schema=schema)
    (text,) = found.texts.to_pylist()
    assert "\x00" not in text
    assert "\n" not in text
    assert "{cell}: “{name}” is no number" in text
    assert len(text) < 250


def test_of_a_row_with_very_many_faults_the_first_are_told():
    schema = Schema(tuple(Column(f"n{i}", NUMERIC, i) for i in range(300)))
    found = warn(["x"] * 300, ["1"] * 300, profile=None, schema=schema)
    text, nothing = found.texts.to_pylist()
    assert nothing is None
    assert text.count("is no number") == 5
    assert text.endswith("; and 295 more")
    assert len(found.summary.findings) == 300


def test_no_rows_have_no_warnings():
    found = find_row_warnings(table_of(GOOD).slice(0, 0), SCHEMA, PROFILE)
    assert len(found.texts) == 0
    assert found.summary == WarningSummary()


def test_many_rows_cost_little():
    rows = [(f"X{i}", f"{i / 7}", "2024-05-01", "text", "yes") for i in range(20_000)]
    table = table_of(*rows)
    started = time.process_time()
    find_row_warnings(table, SCHEMA, PROFILE)
    assert time.process_time() - started < 1


def test_cell_by_cell_the_same_is_told_with_a_code():
    schema = Schema((Column("size", NUMERIC, 0), Column("note", TEXT, 1)))
    table = pa.table({"c0": ["1", "many", ""], "c1": ["fine", " ", "x" * (MAX_TEXT_CHARS + 1)]})
    found = find_cell_warnings(table, schema, None)
    assert [[warning.code for warning in row] for row in found] == [
        [],
        ["NO_NUMBER", "EMPTY_TEXT"],
        ["LONG_TEXT"],
    ]
    assert found[1][0].to_json() == {
        "code": "NO_NUMBER",
        "column": "size",
        "message": "size: “many” is no number",
    }
    texts = find_row_warnings(table, schema, None).texts.to_pylist()
    assert texts[1] == "; ".join(warning.message for warning in found[1])
