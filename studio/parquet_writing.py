"""Worker side: tables written part by part as one Parquet file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


class PartsWriter:
    """Its columns are those of the first part."""

    def __init__(self, path: Path, group_rows: int) -> None:
        self._path, self._group_rows = path, group_rows
        self._writer: pq.ParquetWriter | None = None

    def write(self, part: pa.Table | pa.RecordBatch) -> None:
        if self._writer is None:
            # Numbers seldom repeat, and nobody asks for the least and largest of a group.
            texts = [field.name for field in part.schema if field.type == pa.string()]
            self._writer = pq.ParquetWriter(
                self._path,
                part.schema,
                compression="zstd",
                use_dictionary=texts,
                write_statistics=False,
            )
        table = pa.Table.from_batches([part]) if isinstance(part, pa.RecordBatch) else part
        self._writer.write_table(table, row_group_size=self._group_rows)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


@contextmanager
def write_parts(path: Path, group_rows: int) -> Iterator[PartsWriter]:
    writer = PartsWriter(path, group_rows)
    try:
        yield writer
    finally:
        writer.close()
