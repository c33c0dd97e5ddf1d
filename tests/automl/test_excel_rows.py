"""Workbooks as tables."""

import io
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest

from automl.excel_sheet import find_column
from automl.excel_values import find_date_kind, format_date, format_number
from tests.automl.table_files import make_zip, read, refuse

TYPES = '<?xml version="1.0"?><Types/>'
RELATION = '<Relationships><Relationship Id="r1" Type="x/{}" Target="{}"/>{}</Relationships>'
MOMENT = datetime(2024, 1, 31, 13, 5)  # noqa: DTZ001 - workbooks know no time zones
BOOK = '<workbook xmlns:r="r"><sheets><sheet name="S" r:id="r1"/></sheets></workbook>'


def save(rows, **sheets):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, state in sheets.items():
        book.create_sheet(name).sheet_state = state
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_rows(rows, **sheets):
    return read(save(rows, **sheets), "data.xlsx")


def make_raw(sheet_data, strings=None, **extra):
    """A workbook of hand-written parts around the rows of its sheet."""
    strings_relation = '<Relationship Id="r2" Type="x/sharedStrings" Target="s.xml"/>'
    parts = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELATION.format("officeDocument", "xl/workbook.xml", ""),
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": RELATION.format(
            "worksheet", "sheet.xml", strings_relation if strings else ""
        ),
        "xl/sheet.xml": f"<worksheet><sheetData>{sheet_data}</sheetData></worksheet>",
        **({"xl/s.xml": strings} if strings else {}),
        **extra,
    }
    return make_zip({name: part for name, part in parts.items() if part is not None})


def text_cell(reference, text):
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


HEADER = '<row r="1">' + text_cell("A1", "a") + text_cell("B1", "b") + "</row>"


def test_values_have_one_text_form():
    values = ["text", 7, 2.5, 0.1, 1e20, True, date(2024, 1, 31), MOMENT]
    table = read_rows([[f"c{i}" for i in range(8)], values])
    assert table.rows == [
        ("text", "7", "2.5", "0.1", "1e+20", "true", "2024-01-31", "2024-01-31 13:05:00")
    ]
    assert (table.file_format, table.encoding, table.delimiter) == ("xlsx", None, None)


def test_times_and_durations_are_written_out():
    table = read_rows([["a", "b"], [time(9, 30), timedelta(hours=30, minutes=5)]])
    assert table.rows == [("09:30:00", "30:05:00")]


def test_text_that_looks_like_a_number_keeps_its_form():
    assert read_rows([["id"], ["007"], ["1.50"]]).rows == [("007",), ("1.50",)]


def test_an_absent_cell_is_empty_text_and_no_warning():
    table = read_rows([["a", "b"], [None, "x"], ["y"]])
    assert (table.rows, table.warnings) == ([("", "x"), ("y", "")], [])


def test_blank_rows_are_skipped_and_counted_between_rows_only():
    table = read_rows([[None], ["a"], ["x"], [None], ["y"], [None], [""]])
    assert table.rows == [("x",), ("y",)]
    assert [(w.code, w.lines) for w in table.warnings] == [("BLANK_LINES", (4,))]


def test_the_first_visible_sheet_is_read_and_others_are_mentioned():
    rows = [["a"], ["x"]]
    assert read_rows(rows, More="hidden").warnings == []
    assert read_rows(rows, More="visible").warning_codes == ["OTHER_SHEETS"]


def test_an_index_written_by_pandas_is_left_out():
    assert read_rows([[None, "a"], [0, "x"], [1, "y"]]).rows == [("x",), ("y",)]


@pytest.mark.parametrize(
    ("rows", "code", "words"),
    [
        ([["a", "b"]], "NO_ROWS", "no data rows"),
        ([["a", "b"], [1, 2, 3]], "RAGGED_ROWS", "Row 2 has 3 cells but the header has 2."),
        ([["Report"], ["a", "b"]], "RAGGED_ROWS", "Remove any rows above the header."),
        ([["a", None, "b"], [1, 2, 3]], "EMPTY_COLUMN_NAME", "Column 2 has no name"),
        ([["a", "a"]], "DUPLICATE_COLUMNS", "'a'"),
        ([[f"c{i}" for i in range(1001)]], "TOO_MANY_COLUMNS", "1,001 columns wide"),
        ([[]], "EMPTY_FILE", "The first sheet is empty."),
    ],
)
def test_a_sheet_that_is_no_table_is_refused(rows, code, words):
    error = refuse(save(rows), "data.xlsx")
    assert error.code == code
    assert words in error.message


def test_a_hand_written_sheet_without_references_is_read():
    cells = "<c t='inlineStr'><is><t>{}</t></is></c>"
    rows = f"<row>{cells.format('a')}</row><row>{cells.format('x')}</row>"
    assert read(make_raw(rows), "d.xlsx").rows == [("x",)]


def test_rich_text_is_joined_and_its_pronunciation_left_out():
    strings = "<sst><si><r><t>a</t></r><r><t>b</t></r><rPh><t>no</t></rPh></si></sst>"
    row = '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2"><v>1</v></c></row>'
    assert read(make_raw(HEADER + row, strings), "d.xlsx").rows == [("ab", "1")]


def test_prefixed_elements_are_the_same_elements():
    sheet = (HEADER + HEADER.replace('"1"', '"2"')).replace("A1", "A2").replace("B1", "B2")
    prefixed = sheet.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
    part = f'<x:worksheet xmlns:x="m"><x:sheetData>{prefixed}</x:sheetData></x:worksheet>'
    raw = make_raw("", **{"xl/sheet.xml": part})
    assert read(raw, "d.xlsx").rows == [("a", "b")]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"><c r="A2" t="s"><v>0</v></c></row>',  # no such shared string
        '<row r="2"><c r="A2" t="s"><v>-1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row>',  # a row twice
        '<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>',
        '<row r="2"><c r="AAAA2"><v>1</v></c></row>',
        '<row r="x"/>',
    ],
)
def test_a_sheet_that_contradicts_itself_is_damaged(rows):
    error = refuse(make_raw(HEADER + rows), "d.xlsx")
    assert (error.code, error.message) == ("CORRUPT_FILE", "The workbook is damaged.")


LAUGHS = (
    '<!DOCTYPE s [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    '<worksheet><sheetData><row><c t="str"><v>&b;</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize("part", ["xl/sheet.xml", "xl/workbook.xml", "_rels/.rels"])
def test_a_document_type_is_refused_in_any_part_and_encoding(part):
    for content in (LAUGHS, LAUGHS.encode("utf-16")):
        error = refuse(make_raw(HEADER, **{part: content}), "d.xlsx")
        assert error.message == "The workbook is damaged or unsafe."


def test_macros_and_passwords_are_refused_whatever_the_name():
    error = refuse(make_raw(HEADER, **{"xl/vbaProject.bin": "x"}), "d.xlsx")
    assert error.code == "UNSUPPORTED_TYPE"
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)
    assert refuse(ole, "d.xlsx").code == "WRONG_TYPE"
    assert refuse(ole + "EncryptedPackage".encode("utf-16-le"), "d.xlsx").code == "ENCRYPTED"


def test_what_is_no_workbook_is_called_by_its_name():
    assert refuse(make_zip({"a.txt": "x"}), "d.xlsx").message == "This is not an Excel workbook."
    assert (
        refuse(make_raw(HEADER, **{"[Content_Types].xml": None}), "d.xlsx").code == "CORRUPT_FILE"
    )
    assert refuse("<html>", "d.xlsx").code == "LOOKS_LIKE_HTML"
    assert refuse("a,b\n1,2\n", "d.xlsx").code == "WRONG_TYPE"
    assert refuse("[]", "d.xlsx").code == "WRONG_TYPE"
    assert refuse("words", "d.xlsx").code == "CORRUPT_FILE"
    assert refuse(save([["a"], ["x"]]), "d.csv").code == "WRONG_TYPE"


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_cut_off_workbook_is_damaged(share):
    packed = save([["a"], ["x"]])
    assert refuse(packed[: int(len(packed) * share)], "d.xlsx").code == "CORRUPT_FILE"


def test_a_far_cell_costs_nothing():
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert refuse(make_raw(HEADER + far), "d.xlsx").code == "TOO_MANY_COLUMNS"
    deep = '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    assert read(make_raw(HEADER + deep), "d.xlsx").rows == [("1", "")]


def test_escaped_control_characters_come_back_save_those_that_cannot_be_stored():
    row = (
        '<row r="2">' + text_cell("A2", "x_x000D_y") + text_cell("B2", "_x0000__xD800_") + "</row>"
    )
    assert read(make_raw(HEADER + row), "d.xlsx").rows == [("x\ry", "_x0000__xD800_")]


def test_a_workbook_inside_a_zip_is_read():
    assert read(make_zip({"d.xlsx": save([["a"], ["x"]])}), "d.zip").rows == [("x",)]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("3.0", "3"),
        ("0.10000000000000001", "0.1"),
        ("1E+30", "1e+30"),
        ("-0.5", "-0.5"),
        ("x", "x"),
    ],
)
def test_a_stored_number_is_shown_in_its_shortest_form(raw, shown):
    assert format_number(raw) == shown


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("yyyy-mm-dd", "date"),
        ("d/m/yy h:mm", "datetime"),
        ("mm:ss", "time"),
        ("mmmm", "date"),
        ("[h]:mm:ss", "elapsed"),
        ('0.00 "days"', ""),
        ("#,##0_d;[Red]-0", ""),
        ("General", ""),
        ("[$-409]d-mmm", "date"),
        ("0%", ""),
    ],
)
def test_a_number_format_tells_dates_from_numbers(code, kind):
    assert find_date_kind(164, code) == kind


def test_day_numbers_follow_both_calendars_and_the_leap_year_that_never_was():
    assert format_date("1", "date", is_1904=False) == "1900-01-01"
    assert format_date("61", "date", is_1904=False) == "1900-03-01"
    assert format_date("0", "date", is_1904=True) == "1904-01-01"
    assert format_date("9e9", "date", is_1904=False) == "9000000000"


def test_a_cell_reference_names_its_column():
    assert [find_column(reference) for reference in ("A1", "Z9", "AA10", "XFD1048576")] == [
        1,
        26,
        27,
        16384,
    ]
