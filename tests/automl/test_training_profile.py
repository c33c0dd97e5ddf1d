"""A predictor remembers what the rows looked like that it was trained on."""

import json

import numpy as np
import pyarrow as pa
import pytest

from automl.predictor import Predictor
from automl.problem import MULTI_CLASS, MULTI_LABEL, REGRESSION
from automl.schema import BOOLEAN, CATEGORICAL, CONSTANT, DATETIME, NUMERIC, TEXT, Column, Schema
from automl.training_profile import MAX_VALUE_CHARS, TrainingProfile, count_labels

from .test_predictor import make_predictor


def profile_of(kind, cells, labels=()):
    table = pa.table({"c0": pa.array(cells, pa.string())})
    return TrainingProfile.of(table, Schema((Column("a", kind, 0),)), labels)


def column_of(kind, cells):
    return profile_of(kind, cells).columns[0]


def test_numbers_stand_in_ten_parts_of_equal_count():
    column = column_of(NUMERIC, [*map(str, range(1, 101)), "", None, "many", "inf"])
    assert column.edges == (1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)
    assert column.counts[:10] == (10,) * 10
    assert (column.n_rows, column.n_missing, column.n_unread) == (104, 2, 2)


def test_a_frequent_number_has_a_part_of_its_own():
    column = column_of(NUMERIC, ["0"] * 90 + ["-0"] + [str(i) for i in range(1, 10)])
    assert column.edges == (0, 0, 9)
    assert column.counts[:2] == (91, 9)


def test_numbers_near_the_end_of_64_bits_do_no_harm():
    column = column_of(NUMERIC, ["1e308", "-1e308", "5"])
    assert column.edges == (-1e308, -1e308, 5, 1e308)
    assert json.loads(json.dumps(column.edges)) == list(column.edges)


def test_dates_are_seconds():
    column = column_of(DATETIME, ["1970-01-02", "1970-01-03", "soon", ""])
    assert column.edges == (86_400, 86_400, 172_800)
    assert (column.n_missing, column.n_unread) == (1, 1)


def test_values_are_counted_most_frequent_first():
    column = column_of(CATEGORICAL, ["b", "a", "c", "c", "", None])
    assert column.values == ("c", "a", "b")
    assert column.counts[:3] == (2, 1, 1)
    assert column.n_missing == 2
    assert column.has_all_values
    assert column_of(BOOLEAN, ["yes", "no"]).values == ("no", "yes")


def test_of_very_many_values_the_rest_is_counted_together():
    column = column_of(CATEGORICAL, [f"v{i % 1200:04}" for i in range(2000)])
    assert len(column.values) == 1000
    assert column.values[0] == "v0000"
    assert column.n_other == 200
    assert not column.has_all_values
    assert column.n_rows == 2000


def test_long_values_are_cut_and_found_again():
    long = "x" * 50_000
    column = column_of(CATEGORICAL, [long, long + "y", "short"])
    assert column.values == ("x" * MAX_VALUE_CHARS, "short")
    assert column.counts[:2] == (2, 1)
    assert column.count(pa.array([long]))[0] == 1


def test_texts_stand_in_parts_of_their_lengths():
    column = column_of(TEXT, ["x" * i for i in range(1, 21)] + ["", "  ", None])
    assert column.edges == (1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20)
    assert column.n_missing == 3


@pytest.mark.parametrize("kind", [NUMERIC, DATETIME, TEXT, CATEGORICAL, CONSTANT])
def test_a_column_without_cells_has_no_parts(kind):
    column = column_of(kind, ["", None])
    assert (column.edges, column.values, column.n_missing) == ((), (), 2)
    assert column.count(pa.array(["2020-01-01"])).sum() == 1
    assert column_of(kind, []).n_rows == 0


def test_hostile_cells_come_back_as_they_were():
    cells = ["\x00", "‮abc", '"],}', "<script>", "=1+1", "ß" * 300, "\n", "NaN"]
    profile = profile_of(CATEGORICAL, cells, ["‮"] * 8)
    again = TrainingProfile.from_json(json.loads(json.dumps(profile.to_json())))
    assert again == profile


def test_equal_rows_give_equal_bytes_in_any_order(tmp_path):
    rng = np.random.default_rng(0)
    numbers, words = rng.normal(size=500).astype(str), rng.choice(list("abcdef"), 500)
    schema = Schema((Column("a", NUMERIC, 0), Column("b", CATEGORICAL, 1)))
    for name, order in (("one", np.arange(500)), ("two", rng.permutation(500))):
        (tmp_path / name).mkdir()
        table = pa.table({"c0": numbers[order], "c1": words[order]})
        TrainingProfile.of(table, schema, words[order].tolist()).save(tmp_path / name)
    files = [next((tmp_path / name).iterdir()).read_bytes() for name in ("one", "two")]
    assert files[0] == files[1]


def test_labels_are_counted_by_class_by_label_or_not_at_all():
    assert count_labels(["a", "b", "a", None], MULTI_CLASS) == {"a": 2, "b": 1}
    assert count_labels(['a,"x,y"', "a", ""], MULTI_LABEL) == {"a": 2, "x,y": 1}
    assert count_labels(["1", "2"], REGRESSION) == {}


def test_a_predictor_keeps_it_and_older_ones_have_none(tmp_path):
    predictor, table = make_predictor()
    predictor.save(tmp_path / "old.zip", info={})
    assert Predictor.load(tmp_path / "old.zip").profile is None
    predictor.profile = TrainingProfile.of(table, predictor.schema, ["large"] * table.num_rows)
    predictor.save(tmp_path / "new.zip", info={})
    loaded = Predictor.load(tmp_path / "new.zip")
    assert loaded.profile == predictor.profile
    assert loaded.for_serving().profile == predictor.profile
