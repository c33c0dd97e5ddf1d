import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl.errors import InputError
from automl.problem import (
    MULTI_CLASS,
    MULTI_LABEL,
    REGRESSION,
    class_names,
    clean_labels,
    encode_labels,
    fold_name,
    format_label_set,
    labelled_rows,
    parse_label_set,
)

PROBS = np.array([[0.2, 0.7, 0.6], [0.1, 0.3, 0.2], [0.9, 0.05, 0.95]])
CLASSES = ["a", "b", "c"]


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        ("a,b", ("a", "b")),
        (" a , b,a", ("a", "b")),
        ('"x,y",a', ("x,y", "a")),
        ('a, "x,y"', ("a", "x,y")),
        ('"say ""hi""",b', ('say "hi"', "b")),
        ("a,,b,", ("a", "b")),
        ("", ()),
        ("  ", ()),
        (",,", ()),
    ],
)
def test_a_cell_is_a_comma_list_of_labels(cell, labels):
    assert parse_label_set(cell) == labels


@pytest.mark.parametrize("cell", ['"', 'a,"b', '"a"b,c'])
def test_a_cell_that_is_no_valid_list_is_one_label(cell):
    assert parse_label_set(cell) == (cell,)


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1), max_size=5, unique=True
    )
)
def test_label_sets_survive_being_written_and_read(labels):
    assert parse_label_set(format_label_set(labels)) == tuple(labels)


def test_only_labels_that_need_quotes_get_them_and_no_spaces_are_added():
    assert format_label_set(["a", "x,y", "b"]) == 'a,"x,y",b'
    assert format_label_set([]) == ""


def test_in_multi_class_an_empty_cell_is_unlabelled():
    assert clean_labels([" a ", "", "  ", None, "a"], MULTI_CLASS) == ["a", None, None, None, "a"]


def test_in_multi_label_an_empty_cell_is_the_empty_set_and_only_null_is_unlabelled():
    assert clean_labels(["b,a", "", None, " a,b,a"], MULTI_LABEL) == ["a,b", "", None, "a,b"]


def test_labels_are_text_so_that_007_is_not_7():
    labels = clean_labels(["007", "7", "1e3", "1000"], MULTI_CLASS)
    assert class_names(labels, MULTI_CLASS) == ["007", "1000", "1e3", "7"]


def test_classes_stand_in_code_point_order():
    assert class_names(["b", "é", None, "Z", "a", "b"], MULTI_CLASS) == ["Z", "a", "b", "é"]


def test_the_classes_of_label_sets_are_their_parts():
    assert class_names(['"x,y",b', "", None, "b"], MULTI_LABEL) == ["b", "x,y"]


def test_classes_become_numbers_and_unknown_or_absent_ones_minus_one():
    y = encode_labels(["b", None, "a", "other"], ["a", "b"], MULTI_CLASS)
    assert y.tolist() == [1, -1, 0, -1]
    assert y.dtype == np.int64
    assert labelled_rows(y).tolist() == [True, False, True, False]


def test_label_sets_become_rows_of_zeros_and_ones():
    y = encode_labels(["a,c", "", None, "other"], CLASSES, MULTI_LABEL)
    assert y.tolist() == [[1, 0, 1], [0, 0, 0], [-1, -1, -1], [0, 0, 0]]
    assert y.dtype == np.int8
    assert labelled_rows(y).tolist() == [True, True, False, True]


def test_numbers_are_read_like_cells_of_a_feature_and_an_empty_one_is_unlabelled():
    labels = clean_labels([" 1.5 ", "-2e3", "", None, "007"], REGRESSION)
    y = encode_labels(labels, class_names(labels, REGRESSION), REGRESSION)
    assert y.tolist()[:2] + y.tolist()[4:] == [1.5, -2000.0, 7.0]
    assert y.dtype == np.float64
    assert labelled_rows(y).tolist() == [True, True, False, False, True]


@given(
    bad=st.one_of(
        st.sampled_from(
            ["nan", "inf", "-inf", "1e31", "1_000", "1,5", "1,000", "٣", "n/a", "1e999"]
        ),
        st.text(st.characters(categories=["L"]), min_size=1).filter(
            lambda cell: cell.lower() not in ("inf", "infinity") and cell.strip()
        ),
    ),
    row=st.integers(0, 4),
)
def test_a_label_that_is_no_number_is_refused_with_its_row(bad, row):
    cells = ["1", "", "2.5", "-3", "4"]
    cells[row] = bad
    with pytest.raises(InputError) as caught:
        encode_labels(clean_labels(cells, REGRESSION), [], REGRESSION)
    assert caught.value.code == "LABEL_NO_NUMBER"
    assert f"Row {row + 1} " in caught.value.message
    assert len(caught.value.message) <= 200


def test_names_that_differ_in_case_and_spaces_fold_to_one():
    assert fold_name(" Card  Lost") == fold_name("card lost")
    assert fold_name("card") == fold_name("ca\u200brd\u200f")
    assert fold_name("card") != fold_name("cаrd")
