"""Rows in another order, in parts, whatever the sizes of the pieces they came in."""

import random

import pyarrow as pa
import pytest

from studio.parquet_reading import read_parts, take_rows
from studio.reordering import reorder

from ..factories import write_table


def pieces(keys, n_rows):
    table = pa.table({"key": keys, "cell": [f"row {key}" for key in keys]})
    starts = range(0, max(len(keys), 1), n_rows)
    return (table.slice(start, n_rows) for start in starts)


@pytest.mark.parametrize("piece_rows", [1, 7, 100])
@pytest.mark.parametrize("part_rows", [1, 9, 64, 1000])
def test_all_rows_come_back_in_order_and_in_parts(piece_rows, part_rows):
    keys = random.Random(0).sample(range(100), 100)
    parts = list(reorder(pieces(keys, piece_rows), "key", 100, part_rows))
    assert len(parts) == -(-100 // part_rows)
    whole = pa.concat_tables(parts)
    assert whole.column("key").to_pylist() == list(range(100))
    assert whole.column("cell").to_pylist() == [f"row {key}" for key in range(100)]


def test_keys_may_be_missing_and_parts_empty():
    parts = list(reorder(pieces([9, 1, 8], 2), "key", 10, 3))
    assert [part.column("key").to_pylist() for part in parts] == [[1], [], [8], [9]]


def test_without_rows_there_is_one_empty_table():
    table = pa.table({"key": pa.array([], pa.int64())})
    assert [part.num_rows for part in reorder([table], "key", 0, 3)] == [0]


def test_a_file_is_read_once_in_pieces(tmp_path):
    path = write_table(tmp_path, {"c0": list("abcde")})
    read = [part.column("c0").to_pylist() for part in read_parts(path, 2)]
    assert read == [["a", "b"], ["c", "d"], ["e"]]
    assert take_rows(path, [4, 0, 2], ["c0"]).column("c0").to_pylist() == ["e", "a", "c"]
