"""Worker side of an upload: the file becomes Parquet, its columns get profiles."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from automl.asked_types import TypeCheck, apply_types
from automl.profiling import TableProfiler
from automl.tables import Table, open_table
from studio.files import local_path, purge_files_later
from studio.jobs import Finished
from studio.jobs.execution import JobRun
from studio.models import Dataset
from studio.parquet_writing import write_parts

# Small, because a page of the review reads whole groups for each of its 50 rows.
ROW_GROUP_ROWS = 5_000
PREVIEW_ROWS = 10
PREVIEW_CHARS = 300


def ingest(run: JobRun) -> Finished:
    dataset = Dataset.all_objects.get(pk=run.subject_id)
    run.progress("Reading the file")
    target = run.folder / "table.parquet"
    with open_uploaded(dataset) as table:
        facts = _convert(run, table, target, dataset.asked_types)
    stored = run.put_file("datasets", target)

    def apply() -> None:
        waiting = Dataset.all_objects.filter(pk=dataset.pk, status=Dataset.Status.INGESTING)
        if waiting.update(status=Dataset.Status.READY, table_file=stored, **facts):
            # What an earlier reading of the same upload made.
            purge_files_later([dataset.table_file])

    return Finished(apply)


@contextmanager
def open_uploaded(dataset: Dataset) -> Iterator[Table]:
    """The upload, read as its owner asked for it."""
    assert dataset.upload_file is not None
    with open_table(
        local_path(dataset.upload_file),
        file_name=dataset.file_name,
        encoding=dataset.asked_encoding or None,
        delimiter=dataset.asked_delimiter or None,
    ) as table:
        yield table


def _convert(
    run: JobRun, table: Table, target: Path, asked_types: dict[str, str]
) -> dict[str, object]:
    profiler: TableProfiler | None = None
    preview: list[list[str | None]] = []
    n_rows = 0
    with write_parts(target, ROW_GROUP_ROWS) as parts:
        for batch in table.batches():
            # The reader knows the final columns only once the first rows are read.
            if profiler is None:
                profiler = TableProfiler(table.columns)
                types = TypeCheck(table.columns, asked_types)
            types.check(batch)
            parts.write(batch)
            profiler.add(batch)
            preview += _preview_rows(batch, PREVIEW_ROWS - len(preview))
            n_rows += batch.num_rows
            run.progress("Reading the file", n_rows)
    assert profiler is not None, "a table without rows is refused by the reader"
    run.progress("Looking at the columns", n_rows, n_rows)
    profiles = apply_types(profiler.finish(), asked_types)
    return _facts(table, n_rows) | {"profiles": profiles, "preview": preview}


def _facts(table: Table, n_rows: int) -> dict[str, object]:
    return {
        "n_rows": n_rows,
        "file_format": table.file_format,
        "encoding": table.encoding or "",
        "delimiter": table.delimiter or "",
        "warnings": [warning.to_json() for warning in table.warnings],
    }


def _preview_rows(batch: pa.RecordBatch, wanted: int) -> list[list[str | None]]:
    if wanted <= 0:
        return []
    columns = [column.to_pylist() for column in batch.slice(0, wanted).columns]
    return [[_cut(cell) for cell in row] for row in zip(*columns, strict=True)]


def _cut(cell: str | None) -> str | None:
    if cell is None or len(cell) <= PREVIEW_CHARS:
        return cell
    return cell[: PREVIEW_CHARS - 1] + "…"
