"""JSON as a table: lists of objects and JSON Lines."""

import json

import pytest

from automl.limits import Limits
from tests.automl.table_files import read, refuse


def read_json(content, **options):
    return read(content, "data.json", **options)


def refuse_json(content, name="data.json", **options):
    return refuse(content, name, **options)


def test_values_have_one_text_form():
    table = read_json('[{"a": 1, "b": 1.50, "c": 1e400, "d": true, "e": false, "f": null}]')
    assert table.rows == [("1", "1.50", "1e400", "true", "false", None)]


def test_no_digit_of_a_long_number_is_lost():
    assert read_json('[{"id": 1000000000000000000000000000001}]').rows[0][0][-1] == "1"
    error = refuse_json(f'[{{"x": {"9" * 5000}}}]')
    assert error.code == "INVALID_JSON"


def test_columns_are_all_keys_in_order_of_appearance():
    table = read_json('[{"b": "1"}, {"a": "2", "b": "3"}, {}]')
    assert table.columns == ["b", "a"]
    assert table.rows == [("1", None), ("3", "2"), (None, None)]


@pytest.mark.parametrize("name", ["data.json", "data.jsonl", "data.ndjson"])
def test_json_lines_are_read_whatever_their_extension(name):
    table = read('\n{"a": "x"}\r\n\n{"a": "y", "b": 2}\n', name)
    assert table.columns == ["a", "b"]
    assert table.rows == [("x", None), ("y", "2")]


def test_one_object_is_one_line_only_in_a_file_named_so():
    assert read('{"a": "x"}\n', "data.jsonl").rows == [("x",)]
    assert refuse_json('{"a": "x"}\n').code == "WRONG_SHAPE"


def test_a_list_in_a_file_named_json_lines_is_read():
    assert read('[{"a": "x"}]', "data.jsonl").rows == [("x",)]


def test_json_in_other_encodings_is_read():
    for codec in ("utf-8-sig", "utf-16"):
        assert read_json('[{"a": "é"}]'.encode(codec)).rows == [("é",)]
        assert read('{"a": "é"}\n'.encode(codec), "data.jsonl").rows == [("é",)]


def test_many_objects_are_read_in_order():
    items = [{"n": i, "text": "x" * (i % 100)} for i in range(40_000)]
    lines = "\n".join(map(json.dumps, items))
    for name, content in [("d.json", json.dumps(items)), ("d.jsonl", lines)]:
        rows = read(content, name).rows
        assert [row[0] for row in rows] == [str(i) for i in range(40_000)]


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("[1, 2]", "WRONG_SHAPE", "Item 1 is not an object."),
        ('[{"a": 1}, []]', "WRONG_SHAPE", "Item 2 is not an object."),
        ('"text"', "WRONG_SHAPE", "Expected a list of objects"),
        ('{"a": [1, 2], "b": [3, 4]}', "WRONG_SHAPE", "to_json(orient='records')"),
        ('{\n "a": 1\n}\n', "WRONG_SHAPE", "Expected a list of objects"),
        ("[" * 100_000, "WRONG_SHAPE", "nested too deeply"),
        ('{"a":' * 100_000, "WRONG_SHAPE", "nested too deeply"),
        ("[{}, {}]", "EMPTY_COLUMN_NAME", "no keys"),
        ('[{"": 1}]', "EMPTY_COLUMN_NAME", "Item 1 has a key without a name."),
        ('[{"a": 1},]', "INVALID_JSON", "line 1, column 11"),
        ('[{"a": 1}\n{"a": 2}]', "INVALID_JSON", "line 2, column 1"),
        ('[{"a": 1}] x', "INVALID_JSON", "line 1, column 12"),
        ('[{"a": "x', "INVALID_JSON", "not complete"),
        ('[{"a": 1}', "INVALID_JSON", "not complete"),
        ('[{"a": tr', "INVALID_JSON", "not complete"),
        ('[{"a": 1},\n', "INVALID_JSON", "not complete"),
        ('[{"a": -Infinity}]', "INVALID_JSON", "NaN and Infinity"),
        ('[{"a": "x\ty"}]', "INVALID_JSON", "Not valid JSON"),
        ('[{"a": 1, " a ": 2}]', "DUPLICATE_COLUMNS", "Item 1 has the key 'a' twice."),
        ('[{"a": [1]}]', "NESTED_VALUE", "'a' is a list"),
        ('[{"\\ud800": 1}]', "ENCODING", "a key contains a broken character"),
        ('[{"a\\u0000": 1}]', "NUL_BYTE", "a key contains a NUL"),
        (" \n ", "EMPTY_FILE", "empty"),
        ("text,label\na,b\n", "WRONG_TYPE", "looks like CSV"),
        ("<!doctype html>", "LOOKS_LIKE_HTML", "not a JSON file"),
        ("%PDF-1.4", "NOT_TEXT", "PDF"),
        ("words\n", "INVALID_JSON", "line 1, column 1"),
    ],
)
def test_what_is_no_list_of_flat_objects_is_refused(content, code, words):
    error = refuse_json(content)
    assert error.code == code
    assert words in error.message


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("[1]", "WRONG_SHAPE", "Line 3 is not an object."),
        ("{'a': 1}", "INVALID_JSON", "Not valid JSON at line 3, column 2."),
        ('{"a": 1} {"a": 2}', "INVALID_JSON", "line 3, column 9"),
        ('{"a": ', "INVALID_JSON", "Line 3 is not complete JSON."),
        ('{"a": {"b": 1}}', "NESTED_VALUE", "Line 3: 'a' is an object."),
        ('{"a": NaN}', "INVALID_JSON", "NaN"),
    ],
)
def test_a_bad_line_of_json_lines_is_named(line, code, words):
    error = refuse('{"a": 1}\n\n' + line + "\n", "data.jsonl")
    assert error.code == code
    assert words in error.message


def test_cells_columns_and_lists_past_the_limits_are_refused():
    limits = Limits(max_field_chars=10, max_columns=2, max_expanded_bytes=200)
    assert refuse_json('[{"a": "12345678901"}]', limits=limits).code == "FIELD_TOO_LARGE"
    assert refuse_json('[{"a":1,"b":2,"c":3}]', limits=limits).code == "TOO_MANY_COLUMNS"
    assert refuse_json(json.dumps([{"a": "x"}] * 50), limits=limits).code == "FILE_TOO_LARGE"
    assert refuse_json(f'[{{"{"k" * 256}": 1}}]').code == "COLUMN_NAME_TOO_LONG"
    long_line = '{"a": "' + "x" * 2_000_000 + '"}\n'
    assert refuse('{"a": 1}\n' + long_line, "d.jsonl", limits=limits).line == 2


def test_names_of_the_platform_are_only_names():
    table = read_json('[{"__proto__": "x", "constructor": "y"}]')
    assert table.columns == ["__proto__", "constructor"]
