"""Request side: tables as files to download, written part by part."""

import csv
import io
import json
import math
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from automl.arrow_arrays import make_text_array
from studio.spreadsheet_cells import defuse

PLAIN = pacsv.WriteOptions(include_header=False, quoting_style="needed")
WRITE_JSON = json.JSONEncoder(ensure_ascii=False).encode
BYTE_ORDER_MARK = "\ufeff".encode()
PART_ROWS = 10_000
# Of a sheet of Excel, its header among them.
MAX_EXCEL_ROWS, MAX_EXCEL_COLUMNS = 1_048_576, 16_384
EXCEL_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
# What no XML can hold.
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class TableFormat:
    title: str
    ending: str
    content_type: str
    text: str


FORMATS = {
    "csv": TableFormat("CSV", "csv", "text/csv; charset=utf-8", "Cells exactly as they are"),
    "spreadsheet": TableFormat(
        "CSV for spreadsheets",
        "csv",
        "text/csv; charset=utf-8",
        "Cells that begin like a formula get an apostrophe in front, so that a spreadsheet "
        "program does not compute them",
    ),
    "xlsx": TableFormat(
        "Excel",
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "Texts are never computed; takes a while for very many rows",
    ),
    "parquet": TableFormat(
        "Parquet",
        "parquet",
        "application/vnd.apache.parquet",
        "With types; for pandas and databases",
    ),
    "jsonl": TableFormat(
        "JSON Lines", "jsonl", "application/x-ndjson; charset=utf-8", "One object a row"
    ),
}


def fits_excel(n_rows: int, n_columns: int) -> bool:
    return n_rows < MAX_EXCEL_ROWS and n_columns <= MAX_EXCEL_COLUMNS


def write_csv(tables: Iterator[pa.Table], *, for_spreadsheets: bool = False) -> Iterator[bytes]:
    """Lists as JSON. For spreadsheets with a byte order mark, and formulas made harmless by an
    apostrophe in front, as such programs themselves do it."""
    for i, table in enumerate(tables):
        if i == 0:
            header = _write_header(table.column_names)
            yield BYTE_ORDER_MARK + header if for_spreadsheets else header
        flat = _flatten_all(table)
        if for_spreadsheets:
            columns = [defuse(column) for column in flat.columns]
            flat = pa.table(columns, names=flat.column_names)
        buffer = io.BytesIO()
        pacsv.write_csv(flat, buffer, PLAIN)
        yield buffer.getvalue()


def write_jsonl(tables: Iterator[pa.Table]) -> Iterator[bytes]:
    for table in tables:
        for batch in table.to_batches(max_chunksize=PART_ROWS):
            yield "".join(WRITE_JSON(row) + "\n" for row in batch.to_pylist()).encode(
                errors="replace"
            )


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


def write_xlsx(tables: Iterator[pa.Table]) -> IO[bytes]:
    """The same; longer cells than Excel has are cut."""
    target = tempfile.TemporaryFile()  # noqa: SIM115
    with Workbook(target, EXCEL_OPTIONS) as book:
        sheet = book.add_worksheet("Sheet1", PlainSheet)
        row = 0
        for table in tables:
            if row == 0:
                _write_row(sheet, row, table.column_names)
            for batch in _flatten_all(table).to_batches(max_chunksize=PART_ROWS):
                for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    row += 1
                    _write_row(sheet, row, cells)
    target.seek(0)
    return target


class PlainSheet(Worksheet):  # type: ignore[misc]
    """A text is a text, also where it looks like the library's own mark-up."""

    def _xml_rich_inline_string(self, string: str, attributes: Any) -> None:
        self._xml_inline_string(string, True, attributes)


def _write_row(sheet: Worksheet, row: int, cells: Sequence[Any]) -> None:
    """Nothing is written for what Excel has no cell for: nulls, NaN and infinity."""
    for column, cell in enumerate(cells):
        if isinstance(cell, str):
            sheet.write_string(row, column, UNWRITABLE.sub("\ufffd", cell))
        elif isinstance(cell, bool):
            sheet.write_boolean(row, column, cell)
        elif cell is not None and math.isfinite(cell):
            sheet.write_number(row, column, cell)


def _write_header(names: list[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(names)
    return buffer.getvalue().encode()


def _flatten_all(table: pa.Table) -> pa.Table:
    return pa.table([_flatten(column) for column in table.columns], names=table.column_names)


def _flatten(column: Any) -> Any:
    if not pa.types.is_list(column.type):
        return column
    return make_text_array([WRITE_JSON(cell) for cell in column.to_pylist()])
