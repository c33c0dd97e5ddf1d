"""Stored Parquet is read in memory that does not grow with the rows."""

import numpy as np
import pyarrow as pa
import pytest

from studio.parquet_reading import read_between, read_columns, read_parts, take_rows
from studio.parquet_writing import write_parts

GROUP_ROWS, N_GROUPS = 5_000, 40


@pytest.fixture
def path(tmp_path):
    rng = np.random.default_rng(0)
    path = tmp_path / "numbers.parquet"
    with write_parts(path, GROUP_ROWS) as parts:
        for _ in range(N_GROUPS):
            parts.write(pa.table({"a": rng.random(GROUP_ROWS), "b": rng.random(GROUP_ROWS)}))
    return path


def most_bytes(tables):
    """Held by Arrow while they are gone through."""
    before = pa.total_allocated_bytes()
    return max(pa.total_allocated_bytes() - before for _ in tables)


def test_parts_that_were_read_are_let_go(path):
    size = path.stat().st_size
    assert most_bytes(read_parts(path, GROUP_ROWS)) < size / 5
    assert most_bytes(read_between(path, 0, GROUP_ROWS * N_GROUPS)) < size / 5


def test_all_ways_to_read_give_the_same_rows(path):
    whole = read_columns(path)
    assert pa.concat_tables(read_parts(path, 3_000)).equals(whole)
    assert pa.concat_tables(read_between(path, 0, whole.num_rows)).equals(whole)
    assert pa.concat_tables(read_parts(path, 3_000, ["b"])).equals(whole.select(["b"]))


def test_encoded_columns_hold_the_cells_of_their_rows_and_no_others(tmp_path):
    path = tmp_path / "cells.parquet"
    with write_parts(path, 4) as parts:
        parts.write(pa.table({"c0": ["a", None, "b", "a", "c", "d"], "c1": list("uvwxyz")}))
    whole, cut = read_between(path, 0, 5, ["c0"])
    assert whole.column("c0").combine_chunks().dictionary.to_pylist() == ["a", "b"]
    assert whole.column("c1").type == pa.string()
    assert cut.column("c0").combine_chunks().equals(pa.array(["c"]))


def test_rows_are_taken_in_the_order_asked_for_from_whichever_group(path):
    wanted = [GROUP_ROWS * 7 + 3, 0, GROUP_ROWS * 7 + 1, 0]
    taken = take_rows(path, wanted, ["b"])
    assert taken.equals(read_columns(path, ["b"]).take(wanted))
    assert taken.equals(take_rows(path, np.array(wanted), ["b"]))
