import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.folds import count_splits, duplicate_groups, level_counts, make_folds


def counts_of(folds, mask):
    return np.bincount(folds[mask], minlength=folds.max() + 1)


def test_the_number_of_folds_comes_from_the_number_of_rows_alone():
    assert [count_splits(n) for n in (5, 19_999, 20_000, 100_000, 100_001)] == [5, 5, 3, 3, 2]


def test_each_class_is_spread_as_evenly_as_whole_rows_allow():
    y = np.random.default_rng(0).integers(0, 7, 503)
    folds = make_folds(y, seed=1)
    for label in range(7):
        assert np.ptp(counts_of(folds, y == label)) <= 1
    assert np.ptp(np.bincount(folds)) <= 1


def test_unlabelled_rows_are_spread_evenly_too():
    y = np.where(np.arange(200) < 60, -1, np.arange(200) % 3)
    assert np.ptp(counts_of(make_folds(y, seed=1), y < 0)) <= 1


def test_the_same_seed_makes_the_same_folds_and_another_one_does_not():
    y = np.arange(300) % 4
    groups = np.arange(300) // 2
    folds = make_folds(y, groups=groups, seed=7)
    assert (folds == make_folds(y, groups=groups, seed=7)).all()
    assert (folds != make_folds(y, groups=groups, seed=8)).any()
    assert folds.dtype == np.int8


def test_copies_stay_in_one_fold_even_with_different_labels():
    rng = np.random.default_rng(3)
    groups = rng.integers(0, 250, 600)
    y = rng.integers(-1, 5, 600)
    folds = make_folds(y, groups=groups, seed=0)
    for group in np.unique(groups):
        assert len(np.unique(folds[groups == group])) == 1
    for label in range(5):
        assert np.ptp(counts_of(folds, y == label)) <= 4


def test_rows_that_are_all_alike_are_dealt_one_by_one():
    folds = make_folds(np.arange(24) % 2, groups=np.zeros(24, dtype=int), seed=0)
    assert np.bincount(folds).tolist() == [5, 5, 5, 5, 4]


def test_one_very_frequent_row_does_not_fill_a_fold():
    groups = np.r_[np.zeros(23, dtype=int), 1]
    assert np.bincount(make_folds(np.arange(24) % 2, groups=groups, seed=0)).max() == 5


def test_a_class_with_one_row_stands_in_one_fold():
    y = np.r_[np.zeros(20, dtype=int), 1, 2]
    folds = make_folds(y, seed=0)
    assert set(np.bincount(folds)) <= {4, 5}


def test_a_class_with_two_rows_stands_in_two_folds():
    y = np.r_[np.zeros(20, dtype=int), 1, 1]
    folds = make_folds(y, seed=0)
    assert folds[20] != folds[21]


@pytest.mark.parametrize("n_rows", [1, 2, 4])
def test_with_fewer_rows_than_folds_each_row_is_a_fold(n_rows):
    assert sorted(make_folds(np.zeros(n_rows, dtype=int), seed=0)) == list(range(n_rows))


def test_no_rows_have_no_folds():
    assert len(make_folds(np.empty(0, dtype=int), seed=0)) == 0


def test_every_label_of_label_sets_is_spread_evenly():
    y = (np.random.default_rng(5).random((400, 12)) < np.linspace(0.02, 0.4, 12)).astype(np.int8)
    y[:15] = -1
    folds = make_folds(y, seed=2)
    for label in range(12):
        assert np.ptp(counts_of(folds, y[:, label] == 1)) <= 5
    assert np.ptp(counts_of(folds, y[:, 0] == 1)) <= 1
    assert np.ptp(np.bincount(folds)) <= 4


def test_copies_of_rows_with_label_sets_stay_together():
    rng = np.random.default_rng(6)
    y = (rng.random((120, 4)) < 0.3).astype(np.int8)
    groups = rng.integers(0, 60, 120)
    folds = make_folds(y, groups=groups, seed=2)
    for group in np.unique(groups):
        assert len(np.unique(folds[groups == group])) == 1


def test_numbers_are_spread_over_the_folds_from_the_smallest_to_the_largest():
    y = np.random.default_rng(0).lognormal(size=1000)
    y[:100] = np.nan
    folds = make_folds(y, seed=1)
    assert np.ptp(np.bincount(folds)) <= 1
    assert np.ptp(counts_of(folds, np.isnan(y))) <= 1
    for low, high in ((0, 0.1), (0.45, 0.55), (0.9, 1)):
        bounds = np.nanquantile(y, [low, high])
        assert np.ptp(counts_of(folds, (y >= bounds[0]) & (y <= bounds[1]))) <= 2


def test_copies_stay_together_where_labels_are_numbers():
    rng = np.random.default_rng(3)
    groups = rng.integers(0, 100, 300)
    folds = make_folds(rng.normal(size=300), groups=groups, seed=0)
    for group in np.unique(groups):
        assert len(np.unique(folds[groups == group])) == 1


@pytest.mark.parametrize("y", [np.full(30, 2.5), np.full(30, np.nan), np.arange(5.0)])
def test_few_or_equal_numbers_or_none_are_dealt_evenly(y):
    assert np.ptp(np.bincount(make_folds(y, seed=0), minlength=5)) == 0


@settings(deadline=None, max_examples=60)
@given(
    rows=st.lists(st.tuples(st.integers(-1, 4), st.integers(0, 12)), min_size=5, max_size=80),
    is_sets=st.booleans(),
    n_splits=st.integers(2, 5),
)
def test_every_fold_gets_rows_whatever_the_labels_and_copies(rows, is_sets, n_splits):
    labels, groups = np.array(rows).T
    y = (labels[:, None] == np.arange(5)).astype(np.int8) if is_sets else labels
    folds = make_folds(y, groups=groups, n_splits=n_splits, seed=0)
    assert np.unique(folds).tolist() == list(range(n_splits))


@given(
    counts=st.lists(st.integers(0, 20), min_size=1, max_size=5),
    extra=st.integers(0, 60),
)
def test_levelling_hands_out_every_row_and_never_makes_a_gap_wider(counts, extra):
    before = np.array(counts)
    given_rows = level_counts(before, before, extra)
    after = before + given_rows
    assert given_rows.sum() == extra
    assert (given_rows >= 0).all()
    assert after[given_rows > 0].max(initial=0) <= after.min() + 1


def test_rows_that_differ_in_case_and_spaces_only_are_copies():
    table = pa.table({"c0": ["Red  car", "red car ", "blue", None], "c1": ["1", "1", "1", "1"]})
    assert duplicate_groups(table, [0, 1]).tolist() == [0, 0, 1, 2]


def test_only_the_given_columns_decide_what_is_a_copy():
    table = pa.table({"c0": ["a", "a", "b"], "c1": ["1", "2", "2"]})
    assert duplicate_groups(table, [0]).tolist() == [0, 0, 1]
    assert duplicate_groups(table, [1]).tolist() == [0, 1, 1]
    assert duplicate_groups(table, [0, 1]).tolist() == [0, 1, 2]


def test_a_null_and_an_empty_cell_are_alike():
    table = pa.table({"c0": pa.chunked_array([["", None], [" "]])})
    assert duplicate_groups(table, [0]).tolist() == [0, 0, 0]


def test_swapped_cells_are_no_copies():
    table = pa.table({"c0": ["a", "b"], "c1": ["b", "a"]})
    assert duplicate_groups(table, [0, 1]).tolist() == [0, 1]


def test_how_rows_are_cut_into_batches_changes_nothing():
    cells = [f"{i % 37}" for i in range(100)]
    whole = pa.table({"c0": cells})
    parts = pa.table({"c0": pa.chunked_array([cells[:10], cells[10:11], cells[11:]])})
    assert (duplicate_groups(whole, [0]) == duplicate_groups(parts, [0])).all()


def test_a_table_without_rows_has_no_copies():
    assert len(duplicate_groups(pa.table({"c0": pa.array([], pa.string())}), [0])) == 0
