"""Reading stored Parquet in the web process: `pq.read_table` would import pandas."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from automl.arrow_arrays import make_integer_array


def read_columns(path: Path, columns: list[str]) -> pa.Table:
    """All rows; without columns it still knows how many."""
    with pq.ParquetFile(path) as file:
        return file.read(columns=columns, use_threads=False)


def take_rows(path: Path, wanted: Sequence[int], columns: list[str] | None = None) -> pa.Table:
    """Rows by position, reading only the row groups that hold them."""
    with pq.ParquetFile(path) as file:
        parts: list[pa.Table] = []
        order: list[int] = []
        start = 0
        for group in range(file.num_row_groups):
            end = start + file.metadata.row_group(group).num_rows
            inside = [row for row in wanted if start <= row < end]
            if inside:
                read = file.read_row_group(group, columns=columns)
                parts.append(read.take(make_integer_array(row - start for row in inside)))
                order += inside
            start = end
    places = {row: i for i, row in enumerate(order)}
    return pa.concat_tables(parts).take(make_integer_array(places[row] for row in wanted))
