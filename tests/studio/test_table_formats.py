"""Tables as Excel files: every text stays one, and whatever Excel cannot hold is let go of."""

import math

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automl.tables import open_table
from studio.table_formats import fits_excel, write_xlsx

TEXTS = [
    "=1+1",
    "{=SUM(A1)}",
    "+49",
    "@x",
    "007",
    "1e5",
    "https://example.org/?a=b&c=d",
    "mailto:a@example.org",
    "internal:Sheet1!A1",
    " spaces around ",
    "two\nlines",
    "tab\there",
    "<b>&amp;</b>",
    "<r><t>no mark-up</t></r>",
    "<r>&</r>",
    "über 👍 中文",
    "TRUE",
    "#N/A",
]


def read(file):
    return list(openpyxl.load_workbook(file).active.iter_rows())


def read_values(table, *more):
    return [[cell.value for cell in row] for row in read(write_xlsx(iter([table, *more])))]


def test_texts_are_texts_whatever_they_look_like():
    header, *rows = read(write_xlsx(iter([pa.table({"=a": TEXTS, "n": range(len(TEXTS))})])))
    assert [cell.value for cell in header] == ["=a", "n"]
    assert [row[0].value for row in rows] == TEXTS
    assert {row[0].data_type for row in rows} | {header[0].data_type} == {"s"}
    assert not any(row[0].hyperlink for row in rows)
    assert [row[1].value for row in rows] == list(range(len(TEXTS)))


def test_our_own_reader_reads_what_was_written(tmp_path):
    path, texts = tmp_path / "book.xlsx", [*TEXTS, "_x0041_"]
    path.write_bytes(write_xlsx(iter([pa.table({"a": texts, "b": texts})])).read())
    with open_table(path, file_name=path.name) as table:
        assert table.columns == ["a", "b"]
        assert [cell for batch in table.batches() for cell in batch.column(0).to_pylist()] == texts


def test_kinds_of_cells():
    table = pa.table(
        {
            "number": pa.array([0.1, math.nan, math.inf, -math.inf, None]),
            "whole": pa.array([1, -(2**53), 0, 5, None]),
            "yes": pa.array([True, False, None, True, True]),
            "list": pa.array([["a", "ü"], [], None, ["b"], [None]]),
        }
    )
    _, *rows = read_values(table)
    assert [row[0] for row in rows] == [0.1, None, None, None, None]
    assert [row[1] for row in rows] == [1, -(2**53), 0, 5, None]
    assert [row[2] for row in rows] == [True, False, None, True, True]
    assert [row[3] for row in rows] == ['["a", "ü"]', "[]", "null", '["b"]', "[null]"]


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_what_no_sheet_can_hold_is_replaced(bad):
    assert read_values(pa.table({f"n{bad}": [f"a{bad}b"]})) == [["n\ufffd"], ["a\ufffdb"]]


def test_longer_texts_than_a_cell_holds_are_cut():
    long, wide = "x" * 40_000, "👍" * 20_000
    _, *rows = read_values(pa.table({"a": [long, wide, "y" * 32_767]}))
    # Excel counts what is beyond the basic plane as two characters.
    assert [row[0] for row in rows] == [long[:32_767], wide[:16_383], "y" * 32_767]


def test_a_table_without_rows_has_its_header():
    empty = pa.table({"a": pa.array([], pa.string())})
    assert read_values(empty) == [["a"]]
    assert read_values(empty, pa.table({"a": ["x"]})) == [["a"], ["x"]]


def test_parts_follow_each_other():
    parts = [pa.table({"a": [f"{i}", f"{i}'"]}) for i in range(3)]
    assert read_values(*parts) == [["a"], ["0"], ["0'"], ["1"], ["1'"], ["2"], ["2'"]]


def test_excel_has_room_for_its_header_too():
    assert fits_excel(1_048_575, 16_384)
    assert not fits_excel(1_048_576, 1)
    assert not fits_excel(1, 16_385)


# XML has one kind of line end, and a sheet none of these.
writable = st.characters(
    exclude_categories=["Cs"], exclude_characters=[*map(chr, range(32)), "\ufffe", "\uffff"]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.text(writable, min_size=1),
            st.floats(-1e300, 1e300, allow_subnormal=False),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_whatever_is_written_is_read_back(rows):
    texts, numbers = map(list, zip(*rows, strict=True))
    _, *found = read_values(pa.table({"text": texts, "number": numbers}))
    assert [row[0] for row in found] == texts
    assert [row[1] for row in found] == pytest.approx(numbers, rel=1e-15)
