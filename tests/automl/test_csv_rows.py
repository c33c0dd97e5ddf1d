"""Delimited text: what is a row, what is a header, and where it goes wrong."""

import contextlib
import csv
import io
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from automl import text_blocks
from automl.csv_header import DELIMITERS
from automl.errors import InputError
from automl.limits import Limits
from automl.tables import open_table
from tests.automl.table_files import read, refuse


def write_csv(table, **options):
    out = io.StringIO(newline="")
    csv.writer(out, **options).writerows(table)
    return out.getvalue()


# What text a CSV file may hold: anything but NUL and lone surrogates.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
TRICKY = st.text("\",;\t|\r\n '\\\ufeffa=\x0b\x0c\x1c\x85\u2028", max_size=5)


@contextlib.contextmanager
def small_blocks(block_bytes):
    whole, text_blocks.BLOCK_BYTES = text_blocks.BLOCK_BYTES, block_bytes
    try:
        yield
    finally:
        text_blocks.BLOCK_BYTES = whole


@st.composite
def tables(draw):
    width = draw(st.integers(1, 4))
    row = st.tuples(*[TEXT | TRICKY] * width)
    return [f"column {i}" for i in range(width)], draw(st.lists(row, min_size=1, max_size=8))


@given(tables(), st.sampled_from(DELIMITERS), st.booleans())
@example((["column 0"], [("\ufeffx",), ("",)]), ",", False)
@example((["column 0", "column 1"], [("\r", "\n"), ("\r\n", "")]), ";", True)
@settings(max_examples=150, deadline=None)
def test_any_table_written_by_the_csv_module_is_read_back_as_it_was(table, delimiter, quote_all):
    names, rows = table
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    content = write_csv([names, *rows], delimiter=delimiter, quoting=quoting)

    found = read(content, delimiter=delimiter, encoding="utf-8")

    assert found.columns == names
    assert found.rows == rows


@given(tables(), st.integers(1, 40))
@settings(max_examples=80, deadline=None)
def test_where_the_blocks_are_cut_makes_no_difference(table, block_bytes):
    names, rows = table
    content = write_csv([names, *rows])
    with small_blocks(block_bytes):
        assert read(content, delimiter=",").rows == rows


@given(st.binary(max_size=200) | TEXT.map(str.encode) | TRICKY.map(str.encode))
@settings(max_examples=200, deadline=None)
def test_no_bytes_make_the_reader_fail_in_any_other_way(content):
    with contextlib.suppress(InputError):
        read(content)


@given(
    st.lists(st.sampled_from(["a", '"', '""', ",", "\n", "\r", "\r\n", " ", '"b",', ",c\n", "é"])),
    st.sampled_from(["one", "one,two"]),
    st.sampled_from([2, 7, 1000]),
)
@example(["a", ",", "a", '"', "\n"], "one,two", 1000)
@settings(max_examples=400, deadline=None)
def test_rows_are_those_of_the_csv_module_in_its_strict_mode(pieces, header, block_bytes):
    text = "".join(pieces)
    try:
        expected = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except csv.Error:
        refuse(f"{header}\n{text}", delimiter=",")
        return
    width = header.count(",") + 1
    expected = [row for row in expected if row and not (len(row) < width and row[0].isspace())]
    if expected and all(len(row) == width for row in expected):
        with small_blocks(block_bytes):
            assert read(f"{header}\n{text}", delimiter=",").rows == expected


def test_a_row_with_too_many_cells_is_refused_with_its_line():
    error = refuse("text,label\n" + "a,b\n" * 5000 + "a,b,c\n" + "a,b\n" * 5000)
    assert (error.code, error.line) == ("RAGGED_ROWS", 5002)
    assert error.message == "Line 5002 has 3 fields but the header has 2."


def test_lines_are_counted_as_an_editor_shows_them():
    content = 'text,label\r\n"one\ntwo\r\nthree\rfour",a\r\n\r\n"x",y\r\n1,2,3\r\n'
    assert refuse(content).line == 8


def test_a_short_row_is_filled_and_counted():
    table = read("a,b,c\n1\n1,2\n1,2,3\n")
    assert table.rows == [("1", "", ""), ("1", "2", ""), ("1", "2", "3")]
    assert (table.warnings[0].count, table.warnings[0].lines) == (2, (2, 3))


ONE_LINE_A_ROW = {
    "a,b\nx,1\ny,2\n": 2,
    "a,b\r\nx,1\r\ny,2": 2,
    '\n\na,b\n"x",1\ny,2\n\n \n': 4,
    "a\nx\n\ny\n": None,
    'a,b\n"x\nx",1\ny,2\n': None,
    'a,b\n"x\n",1\ny,2': None,
}


@pytest.mark.parametrize("text", ONE_LINE_A_ROW)
@pytest.mark.parametrize("block_bytes", [1, 3, 1000])
def test_the_line_of_the_first_row_is_told_where_it_tells_those_of_all(text, block_bytes):
    with small_blocks(block_bytes):
        table = read(text)
    assert table.first_line == ONE_LINE_A_ROW[text]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("start", ["", "x,1{end}"])
def test_a_blank_line_is_found_whatever_ends_lines(start, end):
    rows = (start + "{end}y,2{end}").format(end=end)
    table = read(f"a,b{end}{rows}")
    assert table.rows == [tuple(row.split(",")) for row in rows.split(end) if row]
    assert [warning.code for warning in table.warnings] == ["BLANK_LINES"]


def test_blank_lines_between_rows_are_skipped_and_counted_those_at_the_end_are_not():
    table = read("a\nx\n\n\ny\n\n\n")
    assert table.rows == [("x",), ("y",)]
    assert [(w.code, w.count, w.lines) for w in table.warnings] == [("BLANK_LINES", 2, (3, 4))]
    assert read("a,b\n1,2\n\n \n").warnings == []


def test_an_empty_quoted_cell_is_a_row():
    assert read('text\n""\n\nx\n""\n').rows == [("",), ("x",), ("",)]


def test_a_line_of_delimiters_is_a_row():
    assert read("a,b\n,\n,\n").rows == [("", ""), ("", "")]


def test_spaces_are_part_of_a_cell():
    assert read("a,b\n x , y\n").rows == [(" x ", " y")]
    assert read("a\n  \nx\n").rows == [("  ",), ("x",)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("has_last", [True, False])
def test_every_line_end_is_read(end, has_last):
    content = end.join(["a,b", "1,2", "3,4"]) + (end if has_last else "")
    assert read(content).rows == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize("char", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x1b"])
def test_other_separators_of_unicode_are_ordinary_characters(char):
    assert read(f"a,b\nx{char}y,z\n").rows == [(f"x{char}y", "z")]


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_delimiter_is_found_in_the_header(delimiter):
    table = read(f"a{delimiter}b\n1{delimiter}2\n")
    assert (table.columns, table.rows, table.delimiter) == (["a", "b"], [("1", "2")], delimiter)
    assert table.warning_codes == ([] if delimiter == "," else ["DELIMITER_GUESSED"])


def test_delimiters_inside_quotation_marks_do_not_count():
    table = read('"a, b, c";"d"\n1;2\n')
    assert table.columns == ["a, b, c", "d"]


def test_where_the_header_has_several_delimiters_the_first_row_decides():
    assert read("size, in cm;label\n5;a\n").columns == ["size, in cm", "label"]
    assert read("size;in cm,label\n5,a\n").columns == ["size;in cm", "label"]
    assert read("text,label\nnice; cheap; fast,a\n").columns == ["text", "label"]


def test_one_column_needs_no_delimiter():
    table = read("text\na;b\nc|d\n")
    assert (table.columns, table.rows) == (["text"], [("a;b",), ("c|d",)])
    assert (table.delimiter, table.warnings) == (",", [])


def test_the_sep_line_of_excel_is_obeyed_and_counted():
    table = read("sep=|\r\na|b\r\n1,2|3\r\n")
    assert (table.columns, table.rows, table.warnings) == (["a", "b"], [("1,2", "3")], [])
    assert refuse("sep=;\na;b\n1;2;3\n").line == 3
    assert refuse("sep=;\n").code == "EMPTY_FILE"
    assert read('"sep=;"\na;b\n1;2\n').columns == ["a", "b"]


def test_a_chosen_delimiter_wins():
    table = read("a;b,c\n1;2,3\n", delimiter=";")
    assert (table.columns, table.rows, table.warnings) == (["a", "b,c"], [("1", "2,3")], [])


def test_an_open_quotation_mark_is_named_where_it_opens():
    error = refuse('a,b\n1,2\n"x\ny","open\nz\n')
    assert (error.code, error.line) == ("UNCLOSED_QUOTE", 4)
    assert refuse('"a,b\n1,2\n').code == "UNCLOSED_QUOTE"


def test_text_after_a_closing_quotation_mark_is_refused():
    error = refuse('a,b\n1,2\n3,"x" y\n')
    assert (error.code, error.line, error.column) == ("RAGGED_ROWS", 3, 2)


def test_a_quotation_mark_inside_a_plain_cell_is_text():
    assert read('a,b\n5" wide,say "hi"\n').rows == [('5" wide', 'say "hi"')]


def test_the_likely_cause_of_extra_cells_is_named():
    assert "Put quotation marks" in refuse("a,b\nx, y, z\n").message
    assert "contains semicolons" in refuse("a;b\nx; y; z\n").message
    assert "Remove any lines above" in refuse("Report\na,b\n1,2\n").message
    assert refuse("a,b\nx,y,z\n").message == "Line 2 has 3 fields but the header has 2."


def test_empty_cells_past_the_header_are_dropped_until_one_holds_something():
    assert read("a,b\n1,2,,\n3,4\n").rows == [("1", "2"), ("3", "4")]
    assert refuse("a,b\n1,2,\n3,4,x\n").line == 3
    table = read("a,b,\n1,2,\n3,4,\n")
    assert table.columns == ["a", "b"]
    assert refuse("a,b,\n1,2,x\n").message == "Column 3 has no name in the header."


def test_an_empty_column_without_a_name_is_left_out():
    table = read("a,,b\n1,,2\n3,,4\n")
    assert (table.columns, table.rows) == (["a", "b"], [("1", "2"), ("3", "4")])


def test_a_nameless_first_column_is_an_index_only_if_it_holds_whole_numbers():
    assert read(",a\n0,x\n1,y\n").warnings == []
    shuffled = read(",a\n7,x\n3,y\n")
    assert (shuffled.columns, shuffled.rows) == (["a"], [("x",), ("y",)])
    assert shuffled.warning_codes == ["INDEX_COLUMN_DROPPED"]
    assert refuse(",a\nv1,x\n").message == "Column 1 has no name in the header."


def test_an_index_is_followed_over_many_blocks():
    rows = "".join(f"{i},text {i}\n" for i in range(60_000))
    assert read(",a\n" + rows).warnings == []


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("a,b,a", "DUPLICATE_COLUMNS"),
        ("a,b, a ", "DUPLICATE_COLUMNS"),
        ("caf\u00e9,cafe\u0301", "DUPLICATE_COLUMNS"),
        (",,", "EMPTY_COLUMN_NAME"),
        ('""', "EMPTY_COLUMN_NAME"),
        ("a" * 256, "COLUMN_NAME_TOO_LONG"),
        (",".join(map(str, range(1001))), "TOO_MANY_COLUMNS"),
    ],
)
def test_a_bad_header_is_refused_at_once(header, code, tmp_path):
    path = tmp_path / "data.csv"
    path.write_text(header + "\n")
    with pytest.raises(InputError) as caught:
        open_table(path, file_name="data.csv")
    assert caught.value.code == code


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "=1+1",
        "__proto__",
        "owner__password__startswith",
        "{0.__class__}",
        "%(x)s",
        "{{7*7}}",
        "1); DROP TABLE x; --",
        "a\nb",
        "数据 😀",
        "NA",
    ],
)
def test_a_strange_column_name_is_only_a_name(name):
    table = read(write_csv([[name, "label"], ["x", "y"]]))
    assert (table.columns, table.rows) == ([name, "label"], [("x", "y")])


def test_byte_order_marks_and_spaces_are_no_part_of_a_name():
    assert read("\ufeff\ufeff a , b\n1,2\n").columns == ["a", "b"]


def test_a_header_of_millions_of_columns_is_refused_from_its_beginning():
    message = refuse(b"c," * 5_000_000).message
    assert message == "The file has over 1,000 columns."


def test_a_huge_cell_is_refused_without_being_held():
    large = "word " * (4 * 2**20)
    assert refuse(f'text,label\n"{large}",x\n').code == "FIELD_TOO_LARGE"
    assert refuse(f"text,label\n{large},x\n").code == "FIELD_TOO_LARGE"
    assert refuse(f'text,label\n"{large}').code == "UNCLOSED_QUOTE"


def test_a_cell_at_the_limit_is_read():
    text = 'a"b\n' * 250_000
    assert read(write_csv([["t", "n"], [text, "1"], ["x", "2"]])).rows == [(text, "1"), ("x", "2")]
    assert refuse(write_csv([["t", "n"], [text + "!", "1"]])).code == "FIELD_TOO_LARGE"


def test_a_row_of_many_large_cells_is_refused_past_the_limit_for_rows():
    limits = Limits(max_field_chars=100_000)
    cell = "x" * 99_999
    wide = [[f"c{i}" for i in range(60)], [cell] * 60]
    assert refuse(write_csv(wide), limits=limits).code == "FIELD_TOO_LARGE"
    lines = [wide[0], [cell + "\n"] * 60]
    assert refuse(write_csv(lines), limits=limits).code == "FIELD_TOO_LARGE"


def test_quoted_text_over_many_lines_and_blocks_keeps_rows_and_lines():
    random.seed(0)
    cells = ["\n".join("w" * random.randint(0, 90) for _ in range(50)) for _ in range(500)]
    content = write_csv([["text", "n"], *([cell, str(i)] for i, cell in enumerate(cells))])
    assert read(content).rows == [(cell, str(i)) for i, cell in enumerate(cells)]
    error = refuse(content + "1,2,3\n")
    assert error.line == 1 + 50 * 500 + 1
