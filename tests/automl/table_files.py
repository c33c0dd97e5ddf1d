"""Writing small files and reading them back, in one line of a test."""

import io
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from automl.errors import InputError, TableWarning
from automl.tables import check_file_name, open_table


@dataclass(frozen=True)
class ReadTable:
    columns: list
    rows: list
    warnings: list[TableWarning]
    encoding: str | None
    delimiter: str | None
    file_format: str
    first_line: int | None

    @property
    def warning_codes(self):
        return [warning.code for warning in self.warnings]


def read_path(path, file_name, max_rows=50_000, **options):
    check_file_name(file_name)
    with open_table(path, file_name=file_name, **options) as table:
        rows = [tuple(row.values()) for batch in table.batches(max_rows) for row in to_rows(batch)]
        assert table.n_rows == len(rows)
        return ReadTable(
            table.columns,
            rows,
            table.warnings,
            table.encoding,
            table.delimiter,
            table.file_format,
            table.first_line,
        )


def to_rows(batch):
    assert all(field.type == pa.string() for field in batch.schema)
    assert batch.schema.names == [f"c{i}" for i in range(batch.num_columns)]
    batch.validate(full=True)
    return batch.to_pylist()


def read(content, file_name="data.csv", **options):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_path(path, file_name, **options)


def refuse(content, file_name="data.csv", **options):
    with pytest.raises(InputError) as caught:
        read(content, file_name, **options)
    assert len(caught.value.message) <= 200
    return caught.value


def make_zip(members, **attributes):
    """A zip of name -> content; ``attributes`` are set on every member's entry."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            for attribute, value in attributes.items():
                setattr(entry, attribute, value)
            archive.writestr(entry, content)
    return packed.getvalue()
