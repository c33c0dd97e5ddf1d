import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl.values import (
    count_values,
    distinct_cells,
    parse_finite,
    parse_number,
    parse_numbers,
    parse_time,
    read_numbers,
)


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1", 1.0), (" 1 ", 1.0), ("+.5", 0.5), ("-2.50", -2.5), ("1e3", 1000.0), ("007", 7.0)],
)
def test_plain_numbers_are_read(cell, number):
    assert parse_number(cell) == number


@pytest.mark.parametrize(
    "cell", ["", " ", ".", "-", "--1", "1,5", "1 000", "0x10", "1d", "one", "nan", "NaN", "None"]
)
def test_words_and_other_notations_are_no_numbers(cell):
    assert parse_number(cell) is None


@pytest.mark.parametrize("cell", ["٣", "１", "१", "²", "1_000"])
def test_other_scripts_digits_and_underscores_are_no_numbers(cell):
    assert parse_number(cell) is None


def test_a_number_that_never_ends_is_refused_without_being_converted():
    assert parse_number("9" * 100_000) is None


def test_numbers_past_64_bits_are_read_without_an_overflow():
    assert parse_number("123456789012345678901234567890") == pytest.approx(1.2345678901e29)


@pytest.mark.parametrize(
    "cell", ["inf", "-inf", "+inf", "Infinity", "-infinity", "1e999", "-1e999"]
)
def test_infinity_is_a_number_of_its_own(cell):
    number = parse_number(cell)
    assert number is not None
    assert math.isinf(number)


def test_a_column_counts_the_cells_that_become_missing_but_not_the_empty_ones():
    column = pa.chunked_array([["1", "x", "inf"], [None, "", "x"]])
    numbers, n_unread = parse_numbers(column)
    assert numbers[0] == 1
    assert np.isnan(numbers[1:]).all()
    assert n_unread == 3


CELLS = [
    "0",
    "-0",
    "+5",
    "1.",
    ".5",
    "1e5",
    "1E-7",
    "0.1",
    "1.7976931348623157e308",
    "5e-324",
    "1e400",
]
CELLS += [
    "-1e400",
    "inf",
    "-Infinity",
    "nan",
    "nan(1)",
    "",
    " 1 ",
    "\t2",
    "3\n",
    "0x10",
    "1_0",
    ".",
    "1e",
]
CELLS += [
    "１",
    "1,5",
    "-",
    "--1",
    "1" * 400,
    "0" * 400 + "1",
    "0" * 399 + "1",
    "123456789012345678901234567890",
]


@pytest.mark.parametrize("times", [1, 20])
def test_a_column_is_read_as_its_cells_are(times):
    """However few or many."""
    expected = [parse_finite(cell) for cell in CELLS] * times
    numbers = read_numbers(pa.array(CELLS * times))
    assert [None if math.isnan(number) else number for number in numbers] == expected
    assert [math.copysign(1, number) for number in numbers[:2]] == [1, -1]


@given(st.lists(st.one_of(st.floats(), st.integers(), st.text(max_size=5)).map(str)))
def test_whatever_stands_in_a_column_is_read_as_its_cells_are(cells):
    expected = [parse_finite(cell) for cell in cells] * 300
    numbers = read_numbers(pa.array(cells * 300, pa.string()))
    assert [None if math.isnan(number) else number for number in numbers] == expected


def test_a_column_without_rows_has_no_numbers():
    numbers, n_unread = parse_numbers(pa.chunked_array([], pa.string()))
    assert len(numbers) == 0
    assert n_unread == 0


@pytest.mark.parametrize(
    "cell",
    [
        "2020-12-31",
        "2020-12-31T00:00:00",
        "2020-12-31 00:00:00Z",
        "2020-12-31T02:00:00+02:00",
        "2020/12/31",
        "31.12.2020",
        "12/31/2020",
        " 2020-12-31 ",
    ],
)
def test_one_day_written_in_several_ways_is_one_moment(cell):
    assert parse_time(cell) == 1_609_372_800


@pytest.mark.parametrize(
    "cell", ["", "2020", "2020-13-01", "31/12/2020", "12:30", "12345678", "yesterday", "1" * 50]
)
def test_what_is_no_date_is_not_made_one(cell):
    assert parse_time(cell) is None


@pytest.mark.parametrize("cell", ["0001-01-01", "9999-12-31T23:59:59", "0001-01-01T00:00+14:00"])
def test_dates_at_the_ends_of_the_calendar_do_not_crash(cell):
    assert parse_time(cell) is not None


@pytest.mark.parametrize("chunks", [[["b", "a", None, "b", ""]], [["b"], ["a", None], ["b", ""]]])
def test_what_is_worked_out_for_each_distinct_cell_lands_on_its_rows(chunks):
    column = pa.chunked_array(chunks, pa.string())
    values, counts = count_values(column)
    assert dict(zip(values, counts, strict=True)) == {"b": 2, "a": 1, "": 2}
    cells = distinct_cells(column)
    assert dict(zip(cells.values, cells.counts.tolist(), strict=True)) == {"b": 2, "a": 1, "": 2}
    lengths = np.array([ord(value) if value else 0 for value in cells.values])
    assert lengths[cells.codes].tolist() == [98, 97, 0, 98, 0]
    again = distinct_cells(column.dictionary_encode())
    assert (again.values, again.codes.tolist()) == (cells.values, cells.codes.tolist())
