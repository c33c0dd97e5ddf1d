"""Names from users in Markdown."""

import ast

import pytest

from automl.portable.markdown import escape, quote_yaml, write_table

HOSTILE = [
    "<script>alert(1)</script>",
    "<!-- ",
    "[click](javascript:alert(1))",
    "![x](https://example.org/x.png)",
    "a | b",
    "a\n\n# Heading\n---\n- item",
    "```\ncode",
    "`tick",
    "**bold** _it_ ~~gone~~",
    "https://example.org www.example.org who@example.org @team #12",
    "&lt;b&gt;",
    "$x^2$",
    "\u202eright to left",
    "ends with \\",
    "x" * 10_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_name_is_one_cell_of_plain_words(text):
    shown = escape(text)
    assert len(shown.splitlines()) == 1
    assert len(shown) <= 2 * 120
    bare = shown.replace("\\\\", "")
    for mark in "`*_{}[]#!|~$^:@/.":
        assert bare.count(mark) == bare.count(f"\\{mark}")
    assert not set(shown) & set('<>"')
    assert not shown.endswith("\\") or shown.endswith("\\\\")


def test_ordinary_names_stay_readable():
    assert escape("hours-per-week (net), 50 %") == "hours-per-week (net), 50 %"
    assert escape("Größe") == "Größe"
    assert escape("  ") == "(empty)"


def test_a_quoted_string_of_yaml_is_one_line():
    text = 'a: "b"\n- c \u2028 \\ # d \U0001f600 \ufffe'
    quoted = quote_yaml(text)
    # Such strings mean the same in Python.
    assert ast.literal_eval(quoted) == text
    assert len(quoted.splitlines()) == 1
    assert quote_yaml("Größe 1") == '"Größe 1"'


def test_a_table_ends_with_a_blank_line():
    assert write_table(("a", "b"), [("1", "2")]) == ["| a | b |", "| --- | --- |", "| 1 | 2 |", ""]
