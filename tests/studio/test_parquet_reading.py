"""Stored Parquet is read in memory that does not grow with the rows."""

import numpy as np
import pyarrow as pa
import pytest

from studio.parquet_reading import read_between, read_columns, read_parts
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
