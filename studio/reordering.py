"""The rows of a stored file in another order, in parts, without holding more than one of them.

Each row is read once, written once to a temporary file, beside others of its part, and read back.
"""

import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc

from automl.arrow_arrays import make_integer_scalar

COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4")


def reorder(tables: Iterable[pa.Table], key: str, n_keys: int, part_rows: int) -> Iterator[Any]:
    """By rising `key`, 0 to below `n_keys`: the rows of the first `part_rows` keys, and so on.

    At least one table, and one for a part without rows too.
    """
    n_parts = max(-(-n_keys // part_rows), 1)
    with tempfile.TemporaryFile() as file:
        schema, places = _scatter(tables, key, part_rows, n_parts, file)
        file.seek(0)
        with pa.ipc.open_file(file) as reader:
            for numbers in places:
                batches = [reader.get_batch(number) for number in numbers]
                yield pa.Table.from_batches(batches, schema).sort_by(key)


def _scatter(
    tables: Iterable[pa.Table], key: str, part_rows: int, n_parts: int, file: IO[bytes]
) -> tuple[pa.Schema, list[list[int]]]:
    """Which batches of the file hold rows of which part."""
    places: list[list[int]] = [[] for _ in range(n_parts)]
    rest = iter(tables)
    table = next(rest)
    schema = table.schema
    n_written = 0
    with pa.ipc.new_file(file, schema, options=COMPRESSED) as writer:
        while table is not None:
            for part, piece in _split(table.sort_by(key), key, part_rows):
                writer.write_table(piece)
                n_batches = len(piece.to_batches())
                places[part] += range(n_written, n_written + n_batches)
                n_written += n_batches
            table = next(rest, None)
    return schema, places


def _split(table: pa.Table, key: str, part_rows: int) -> Iterator[tuple[int, pa.Table]]:
    """Of a sorted table: the numbers of its parts, and their rows."""
    parts = pc.divide(table.column(key), make_integer_scalar(part_rows))
    start = 0
    for found in pc.value_counts(parts):
        n_rows = found["counts"].as_py()
        yield found["values"].as_py(), table.slice(start, n_rows).combine_chunks()
        start += n_rows
