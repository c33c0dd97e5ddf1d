"""Arrow arrays of text and numbers, made without pulling in pandas.

``pyarrow.array(list)`` imports pandas (100 MB, three seconds) merely to ask whether the list is a
pandas object. The web process reads previews and must stay small, so the buffers are filled here.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

import numpy as np
import pyarrow as pa

_MAX_BATCH_BYTES = 32 * 2**20


def make_text_array(cells: Sequence[str | None]) -> pa.StringArray:
    """An Arrow string array; None becomes null. The text must be valid Unicode."""
    encoded = [(cell or "").encode() for cell in cells]
    offsets = array("i", accumulate(map(len, encoded), initial=0))
    n_null = sum(cell is None for cell in cells)
    return pa.StringArray.from_buffers(
        len(encoded),
        pa.py_buffer(offsets),
        pa.py_buffer(b"".join(encoded)),
        _make_validity(cells) if n_null else None,
        n_null,
    )


def make_integer_array(numbers: Iterable[int] | np.ndarray) -> pa.Int64Array:
    """An Arrow int64 array without nulls."""
    is_many = isinstance(numbers, np.ndarray)
    values = np.ascontiguousarray(numbers, np.int64) if is_many else array("q", numbers)
    return pa.Int64Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(values)])


def make_text_scalar(text: str | None) -> pa.StringScalar:
    """What compute functions take beside an array: of a Python value they would import pandas."""
    return make_text_array([text])[0]


def make_integer_scalar(number: int) -> pa.Int64Scalar:
    return make_integer_array([number])[0]


def make_float_array(numbers: Sequence[float | None]) -> pa.DoubleArray:
    """An Arrow float64 array; None becomes null."""
    values = array("d", (0.0 if number is None else number for number in numbers))
    n_null = sum(number is None for number in numbers)
    validity = _make_validity(numbers) if n_null else None
    buffers = [validity, pa.py_buffer(values)]
    return pa.Array.from_buffers(pa.float64(), len(values), buffers, n_null)


def make_float_scalar(number: float | None) -> pa.DoubleScalar:
    return make_float_array([number])[0]


def _make_validity(cells: Sequence[object | None]) -> pa.Buffer:
    bits = bytearray((len(cells) + 7) // 8)
    for position, cell in enumerate(cells):
        if cell is not None:
            bits[position >> 3] |= 1 << (position & 7)
    return pa.py_buffer(bits)


def make_batch(columns: Sequence[pa.StringArray]) -> pa.RecordBatch:
    """A record batch with columns ``c0``, ``c1`` ..."""
    names = [f"c{position}" for position in range(len(columns))]
    return pa.RecordBatch.from_arrays(list(columns), names=names)


def regroup(batches: Iterator[pa.RecordBatch], max_rows: int) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of ``max_rows``, or fewer where they are long."""
    held: list[pa.RecordBatch] = []
    n_rows = n_bytes = 0
    for batch in batches:
        held.append(batch)
        n_rows += batch.num_rows
        n_bytes += batch.nbytes
        while n_rows >= max_rows or n_bytes >= _MAX_BATCH_BYTES:
            joined = pa.concat_batches(held)
            yield joined.slice(0, max_rows)
            held = [joined.slice(max_rows)]
            n_rows, n_bytes = held[0].num_rows, held[0].nbytes
    if n_rows:
        yield pa.concat_batches(held)
