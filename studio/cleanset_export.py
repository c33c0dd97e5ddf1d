"""Request side: a cleanset as a file to download, written while it is sent."""

import csv
import io
import json
import tempfile
from collections.abc import Iterator
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from automl.arrow_arrays import make_text_array
from studio.cleanset_tables import read_all, read_pred_probs, read_view
from studio.models import Cleanset
from studio.patch_export import read_patch
from studio.review_query import ReviewQuery
from studio.spreadsheet_cells import defuse

PRED_PROBS = "pred-probs"
PATCH = "patch"
KINDS = ("default", "view", "everything", PATCH, PRED_PROBS)
FORMATS = {"csv": "csv", "spreadsheet": "csv", "parquet": "parquet"}
PLAIN = pacsv.WriteOptions(include_header=False, quoting_style="needed")
WRITE_JSON = json.JSONEncoder(ensure_ascii=False).encode
BYTE_ORDER_MARK = "\ufeff".encode()


def read_tables(cleanset: Cleanset, kind: str, query: ReviewQuery) -> Iterator[pa.Table]:
    if kind == PRED_PROBS:
        return read_pred_probs(cleanset)
    if kind == PATCH:
        return read_patch(cleanset)
    if kind == "view":
        return read_view(cleanset, query)
    return read_all(cleanset, with_excluded=kind == "everything")


def write_csv(tables: Iterator[pa.Table], *, for_spreadsheets: bool) -> Iterator[bytes]:
    """Lists as JSON. For spreadsheets with a byte order mark, and formulas made harmless by an
    apostrophe in front, as such programs themselves do it."""
    for i, table in enumerate(tables):
        if i == 0:
            header = _write_header(table.column_names)
            yield BYTE_ORDER_MARK + header if for_spreadsheets else header
        flat = pa.table([_flatten(column) for column in table.columns], names=table.column_names)
        if for_spreadsheets:
            columns = [defuse(column) for column in flat.columns]
            flat = pa.table(columns, names=flat.column_names)
        buffer = io.BytesIO()
        pacsv.write_csv(flat, buffer, PLAIN)
        yield buffer.getvalue()


def write_parquet(tables: Iterator[pa.Table]) -> IO[bytes]:
    """A temporary file, which is gone when it is closed."""
    target = tempfile.TemporaryFile()  # noqa: SIM115
    first = next(tables)
    with pq.ParquetWriter(target, first.schema, compression="zstd") as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table.cast(first.schema))
    target.seek(0)
    return target


def _write_header(names: list[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(names)
    return buffer.getvalue().encode()


def _flatten(column: Any) -> Any:
    if not pa.types.is_list(column.type):
        return column
    return make_text_array([WRITE_JSON(cell) for cell in column.to_pylist()])
