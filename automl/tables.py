"""The one reader: an uploaded file becomes columns and batches of text rows.

Used alike for taking in a dataset, for prediction and for previews. Everything is text: types are
decided later, for a whole column. Row count in is row count out, in the same order.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Protocol, Self

import pyarrow as pa

from automl.archives import UnpackedFile, open_seekable, unpack
from automl.arrow_arrays import make_batch, regroup
from automl.content_checks import HEAD_BYTES, check_text_content, check_xlsx_content
from automl.csv_header import DELIMITERS
from automl.csv_rows import CsvRows
from automl.encodings import ENCODINGS, ByteSource
from automl.errors import InputError, TableWarning
from automl.excel_rows import ExcelRows
from automl.file_names import check_file_name, clean_name, find_file_type
from automl.json_rows import JsonRows
from automl.limits import Limits
from automl.text_blocks import TextBlocks

__all__ = ["DELIMITERS", "ENCODINGS", "Limits", "Table", "check_file_name", "open_table"]


class RowSource(Protocol):
    """What the reader of one file format offers."""

    columns: list[str]

    @property
    def encoding(self) -> str | None: ...
    @property
    def delimiter(self) -> str | None: ...
    @property
    def first_line(self) -> int | None: ...
    @property
    def warnings(self) -> list[TableWarning]: ...
    def read_columns(self) -> Iterator[list[pa.StringArray]]:
        """Some rows at a time, column by column."""


class Table:
    """A table being read. Made by :func:`open_table`; a context manager.

    Attributes
    ----------
    columns : list of str
        Final names: trimmed, NFC, unique. A nameless index column is not among them.
    file_format : str
        ``csv``, ``xlsx``, ``json`` or ``jsonl``.
    n_rows : int
        Rows given out so far; all of them once ``batches`` is exhausted.
    """

    def __init__(self, rows: RowSource, file_format: str, resources: ExitStack) -> None:
        self._rows = rows
        self._resources = resources
        self.columns = list(rows.columns)
        self.file_format = file_format
        self.n_rows = 0

    @property
    def encoding(self) -> str | None:
        """The encoding read with; may still change from UTF-8 until the end is reached."""
        return self._rows.encoding

    @property
    def delimiter(self) -> str | None:
        return self._rows.delimiter

    @property
    def first_line(self) -> int | None:
        """Of the first row, where row n stands n lines below it; known once all is read."""
        return self._rows.first_line

    @property
    def warnings(self) -> list[TableWarning]:
        """What was found so far; complete once ``batches`` is exhausted."""
        return self._rows.warnings

    def batches(self, max_rows: int = 50_000) -> Iterator[pa.RecordBatch]:
        """Read the rows, once, in order.

        Stopping early is fine: no more of the file is read than was asked for.

        Yields
        ------
        pyarrow.RecordBatch
            At most ``max_rows`` rows (fewer where cells are many or long) of nullable strings,
            columns ``c0`` to ``cn``. An empty CSV or Excel cell is "", a JSON null is null.

        Raises
        ------
        InputError
            For the first bad row, or ``NO_ROWS`` at the end of a table without rows.
        """
        pieces = (make_batch(columns) for columns in self._rows.read_columns())
        for batch in regroup(pieces, max_rows):
            self.n_rows += batch.num_rows
            yield batch
        if self.n_rows == 0:
            raise InputError("NO_ROWS", "The file has a header but no data rows.")

    def close(self) -> None:
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def open_table(
    path: str | os.PathLike[str],
    *,
    file_name: str,
    encoding: str | None = None,
    delimiter: str | None = None,
    ignores_nameless: bool = False,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Table:
    """Open a table and check its header.

    Parameters
    ----------
    path
        Where the bytes are.
    file_name
        What the person called the file: its extension says how to read it.
    encoding, delimiter
        One of ``ENCODINGS`` and ``DELIMITERS``, or None to find out. For text files only.
    ignores_nameless
        Leave out columns of a CSV file that have no name, whatever they hold.

    Raises
    ------
    InputError
        For a file that is not what its name says, is unsafe, or has a bad header.
    """
    file_type = find_file_type(clean_name(file_name))
    if delimiter is not None and delimiter not in DELIMITERS:
        raise InputError("UNKNOWN_DELIMITER", "Choose a comma, semicolon, tab or vertical bar.")
    stack = ExitStack()
    try:
        unpacked = unpack(path, file_type, limits, stack)
        rows = _open_rows(unpacked, encoding, delimiter, ignores_nameless, limits, stack)
    except BaseException:
        stack.close()
        raise
    return Table(rows, unpacked.file_format, stack)


def _open_rows(
    unpacked: UnpackedFile,
    encoding: str | None,
    delimiter: str | None,
    ignores_nameless: bool,
    limits: Limits,
    stack: ExitStack,
) -> RowSource:
    if unpacked.file_format == "xlsx":
        file = open_seekable(unpacked, stack)
        check_xlsx_content(file.read(HEAD_BYTES))
        file.seek(0)
        return ExcelRows(file, limits)

    def open_checked() -> ByteSource:
        source = unpacked.open()
        head = source.read(HEAD_BYTES)
        check_text_content(head, unpacked.file_format)
        return _Rejoined(head, source)

    if unpacked.file_format == "csv":
        return CsvRows(
            open_checked(),
            encoding=encoding,
            delimiter=delimiter,
            ignores_nameless=ignores_nameless,
            limits=limits,
        )
    return JsonRows(
        lambda: TextBlocks(open_checked(), encoding),
        is_lines_name=unpacked.file_format == "jsonl",
        limits=limits,
    )


class _Rejoined:
    """A stream whose head was read already, from its start again."""

    def __init__(self, head: bytes, source: ByteSource) -> None:
        self._head = head
        self._source = source

    def read(self, size: int = -1, /) -> bytes:
        if not self._head:
            return self._source.read(size)
        head, self._head = self._head, b""
        return head + self._source.read(max(0, size - len(head)))
