"""Arrow arrays of text, made without pulling in pandas.

``pyarrow.array(list)`` imports pandas (100 MB, three seconds) merely to ask whether the list is a
pandas object. The web process reads previews and must stay small, so the buffers are filled here.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate

import pyarrow as pa
import pyarrow.csv

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


def _make_validity(cells: Sequence[str | None]) -> pa.Buffer:
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


class PlainCsvParser:
    """Splits CSV text that has no quotation marks, by Arrow's parser: much faster than by csv.

    Parameters
    ----------
    width
        How many cells every row must have.
    """

    def __init__(self, width: int, delimiter: str) -> None:
        names = [f"c{position}" for position in range(width)]
        self._names = names
        self._parse_options = pa.csv.ParseOptions(
            delimiter=delimiter, quote_char=False, ignore_empty_lines=False
        )
        self._convert_options = pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=False,
            check_utf8=False,
        )

    def split(self, text: str) -> list[pa.StringArray] | None:
        """The columns of whole lines, or None where the text needs the stricter reader."""
        if '"' in text or text.startswith("\ufeff"):  # Arrow takes that for a byte-order mark
            return None
        text = text.replace("\r\n", "\n")
        if "\r" in text or "\n\n" in text or text.startswith("\n"):
            return None
        data = text.encode()
        options = pa.csv.ReadOptions(
            use_threads=False, column_names=self._names, block_size=len(data) + 1
        )
        try:
            table = pa.csv.read_csv(
                pa.BufferReader(data), options, self._parse_options, self._convert_options
            )
        except pa.ArrowInvalid:  # rows of another width
            return None
        return [column.combine_chunks() for column in table.columns]
