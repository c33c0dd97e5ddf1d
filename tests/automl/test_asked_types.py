"""Types that somebody asks for, against cells that fit them or do not."""

import pyarrow as pa
import pytest

from automl.asked_types import TYPES, TypeCheck, apply_types
from automl.errors import InputError
from automl.profiling import TableProfiler


def batch_of(*cells):
    return pa.RecordBatch.from_arrays([pa.array(cells, pa.string())], names=["c0"])


def profile_of(*cells):
    profiler = TableProfiler(["x"])
    profiler.add(batch_of(*cells))
    return profiler.finish()


@pytest.mark.parametrize(
    ("asked", "cells"),
    [
        ("string", ["1", "abc", "", None]),
        ("integer", ["1", "-2", "3.0", "", None, " 4 "]),
        ("float", ["1", "1.5", "1e-3", None]),
        ("boolean", ["True", "f", "yes", "0", "1.0", ""]),
        ("date", ["2024-03-31", "31.03.2024", None]),
        ("datetime", ["2024-03-31T10:00:00Z"]),
    ],
)
def test_cells_that_fit_pass(asked, cells):
    TypeCheck(["x"], {"x": asked}).check(batch_of(*cells))


@pytest.mark.parametrize(
    ("asked", "cell"),
    [
        ("integer", "1.5"),
        ("integer", "inf"),
        ("float", "1,5"),
        ("boolean", "maybe"),
        ("date", "yesterday"),
        ("datetime", "1711843200000"),
    ],
)
def test_the_first_cell_that_does_not_fit_is_named(asked, cell):
    check = TypeCheck(["id", "x"], {"x": asked})
    good = pa.array(["", None], pa.string())
    check.check(pa.RecordBatch.from_arrays([good, good], names=["c0", "c1"]))
    bad = pa.array(["", cell], pa.string())
    with pytest.raises(InputError) as caught:
        check.check(pa.RecordBatch.from_arrays([bad, bad], names=["c0", "c1"]))
    error = caught.value
    assert (error.code, error.column) == ("WRONG_TYPE", 2)
    assert f"row 4 has '{cell}'" in error.message
    assert len(error.message) <= 200


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(InputError, match="column 'y', which the file does not have"):
        TypeCheck(["x"], {"y": "string"})


@pytest.mark.parametrize(
    ("cells", "asked", "kind", "label_type"),
    [
        (["1", "2"], "string", "categorical", "string"),
        (["1.5", "2"], "string", "categorical", "string"),
        (["true", "false"], "string", "categorical", "string"),
        (["a b c d", "e f g h"], "string", "text", "string"),
        (["1.0", "2.0"], "integer", "numeric", "integer"),
        (["1", "2"], "float", "numeric", "float"),
        (["1", "0"], "boolean", "boolean", "boolean"),
        (["2024-03-31", "2024-04-01"], "date", "datetime", "string"),
        (["1", "1"], "string", "constant", "string"),
        (["", ""], "float", "empty", "float"),
    ],
)
def test_the_kind_of_a_column_is_what_was_asked(cells, asked, kind, label_type):
    (profile,) = apply_types(profile_of(*cells), {"x": asked})
    assert (profile["kind"], profile["label_type"]) == (kind, label_type)


def test_other_columns_stay_as_they_were_found():
    profiles = profile_of("1", "2")
    assert apply_types(profiles, {"y": "string"}) == profiles


def test_long_names_and_cells_fit_into_the_message():
    for asked in TYPES[1:]:
        with pytest.raises(InputError) as caught:
            TypeCheck(["n" * 300], {"n" * 300: asked}).check(batch_of("w" * 5000))
        assert len(caught.value.message) <= 200
