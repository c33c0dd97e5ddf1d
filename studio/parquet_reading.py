"""Reading stored Parquet in bounded memory; `pq.read_table` would also import pandas."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from automl.arrow_arrays import make_integer_array


@contextmanager
def open_parquet(path: Path, **options: list[str]) -> Iterator[pq.ParquetFile]:
    """The one way to open one.

    With the library's own choice, to fetch what will be read ahead, a file that is read in parts
    would stay in memory until its end. Mapped pages would count as ours.
    """
    with pq.ParquetFile(path, pre_buffer=False, memory_map=False, **options) as file:
        yield file


def read_columns(path: Path, columns: list[str] | None = None) -> pa.Table:
    """All rows; without columns it still knows how many."""
    with open_parquet(path) as file:
        return file.read(columns=columns)


def column_names(path: Path) -> list[str]:
    with open_parquet(path) as file:
        return file.schema_arrow.names


def empty_rows(path: Path) -> pa.Table:
    """Its columns without a row."""
    with open_parquet(path) as file:
        return file.schema_arrow.empty_table()


def take_rows(path: Path, wanted: Sequence[int], columns: list[str] | None = None) -> pa.Table:
    """Rows by position, reading only the row groups that hold them."""
    with open_parquet(path) as file:
        sizes = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
        ends = list(accumulate(sizes))
        inside: dict[int, list[int]] = {}
        for row in wanted:
            inside.setdefault(bisect_right(ends, row), []).append(row)
        parts = []
        for group, rows in inside.items():
            start = ends[group] - sizes[group]
            read = file.read_row_group(group, columns=columns)
            parts.append(read.take(make_integer_array(row - start for row in rows)))
    order = chain.from_iterable(inside.values())
    places = {row: i for i, row in enumerate(order)}
    return pa.concat_tables(parts).take(make_integer_array(places[row] for row in wanted))


def read_between(path: Path, first: int, n_rows: int) -> Iterator[pa.Table]:
    """Rows from `first` on, at most a row group at a time."""
    with open_parquet(path) as file:
        start = 0
        for group in range(file.num_row_groups):
            end = start + file.metadata.row_group(group).num_rows
            low, high = max(first, start), min(first + n_rows, end)
            if low < high:
                yield file.read_row_group(group).slice(low - start, high - low)
            start = end


def read_parts(path: Path, part_rows: int, columns: list[str] | None = None) -> Iterator[pa.Table]:
    """All rows, so many at a time; at least one table."""
    with open_parquet(path) as file:
        if not file.metadata.num_rows:
            yield file.read(columns=columns)
        for batch in file.iter_batches(part_rows, columns=columns):
            yield pa.Table.from_batches([batch])
