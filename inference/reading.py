"""Worker side of an upload: the file becomes Parquet, and what it lacks is found out."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from automl.schema import Schema
from automl.tables import Table, open_table
from inference.column_choices import propose
from inference.models import InferenceResult
from inference.starting import start_prediction
from studio.files import local_path, purge_files_later
from studio.jobs import Finished
from studio.jobs.execution import JobRun

# What is read at once again, by predictions and by exports.
GROUP_ROWS = 10_000
Status = InferenceResult.Status


def read_file(run: JobRun) -> Finished:
    result = InferenceResult.all_objects.select_related("deployed_model").get(pk=run.subject_id)
    assert result.upload_file is not None
    run.progress("Reading the file")
    target = run.folder / "table.parquet"
    with open_table(local_path(result.upload_file), file_name=result.file_name) as table:
        _convert(run, table, target)
        names, n_rows = table.columns, table.n_rows
        warnings = [warning.to_json() for warning in table.warnings]
    stored = run.put_file("datasets", target)
    schema = Schema.from_json(result.deployed_model.cleanset.project.feature_schema)
    choices = propose(schema, names, result.deployed_model)
    positions = [choice.position for choice in choices]

    def apply() -> None:
        waiting = InferenceResult.all_objects.filter(pk=result.pk, status=Status.CHECKING)
        if waiting.update(
            status=Status.CHECKED,
            table_file=stored,
            column_names=names,
            n_rows=n_rows,
            warnings=warnings,
            positions=positions,
        ):
            purge_files_later([result.upload_file])
            if not result.asks_first:
                start_prediction(InferenceResult.all_objects.get(pk=result.pk), positions)

    return Finished(apply)


def _convert(run: JobRun, table: Table, target: Path) -> None:
    writer: pq.ParquetWriter | None = None
    try:
        for batch in table.batches():
            writer = writer or pq.ParquetWriter(target, batch.schema, compression="zstd")
            writer.write_table(pa.Table.from_batches([batch]), row_group_size=GROUP_ROWS)
            run.progress("Reading the file", table.n_rows)
    finally:
        if writer is not None:
            writer.close()
