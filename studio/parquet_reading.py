"""Reading stored Parquet in bounded memory; `pq.read_table` would also import pandas."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
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


def take_rows(
    path: Path, wanted: Sequence[int] | np.ndarray, columns: list[str] | None = None
) -> pa.Table:
    """Rows by position, reading only the row groups that hold them."""
    rows = np.asarray(wanted, dtype=np.int64)
    with open_parquet(path) as file:
        sizes = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
        ends = np.cumsum(sizes)
        groups = np.searchsorted(ends, rows, side="right")
        parts = []
        for group in np.unique(groups).tolist():
            start = ends[group] - sizes[group]
            read = file.read_row_group(group, columns=columns)
            parts.append(read.take(make_integer_array(rows[groups == group] - start)))
    # Row by row of the parts, where it stands among those that are wanted; and the other way.
    order = np.argsort(groups, kind="stable")
    return pa.concat_tables(parts).take(make_integer_array(np.argsort(order)))


def read_between(
    path: Path, first: int, n_rows: int, encoded: Sequence[str] = ()
) -> Iterator[pa.Table]:
    """Rows from `first` on, at most a row group at a time.

    The columns `encoded` come as they are stored where a whole group is wanted: as dictionaries
    of the cells that occur in it.
    """
    with open_parquet(path, read_dictionary=list(encoded)) as file:
        start = 0
        for group in range(file.num_row_groups):
            end = start + file.metadata.row_group(group).num_rows
            low, high = max(first, start), min(first + n_rows, end)
            if low < high:
                rows = file.read_row_group(group)
                yield rows if (low, high) == (start, end) else _cut(rows, low - start, high - low)
            start = end


def _cut(rows: pa.Table, first: int, n_rows: int) -> pa.Table:
    """Decoded: a dictionary would hold cells of other rows."""
    fields = [
        field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field
        for field in rows.schema
    ]
    return rows.slice(first, n_rows).cast(pa.schema(fields))


def read_parts(path: Path, part_rows: int, columns: list[str] | None = None) -> Iterator[pa.Table]:
    """All rows, so many at a time; at least one table."""
    with open_parquet(path) as file:
        if not file.metadata.num_rows:
            yield file.read(columns=columns)
        for batch in file.iter_batches(part_rows, columns=columns):
            yield pa.Table.from_batches([batch])
