"""Worker side of an upload: the file becomes Parquet, and what it lacks is found out."""

from pathlib import Path

from automl.schema import Schema
from automl.tables import Table, open_table
from inference.column_choices import propose
from inference.looking import look_ahead
from inference.models import InferenceResult
from inference.starting import start_prediction
from studio.files import local_path, purge_files_later
from studio.jobs import Finished
from studio.jobs.execution import JobRun
from studio.parquet_writing import write_parts

# What is read at once again, by predictions and by exports: of fewer, more time goes beside it.
GROUP_ROWS = 40_000
Status = InferenceResult.Status


def read_file(run: JobRun) -> Finished:
    result = InferenceResult.all_objects.select_related("deployed_model").get(pk=run.subject_id)
    assert result.upload_file is not None
    run.progress("Reading the file")
    target = run.folder / "table.parquet"
    path = local_path(result.upload_file)
    with open_table(path, file_name=result.file_name, **result.csv_options) as table:
        _convert(run, table, target)
        names, n_rows, first_line = table.columns, table.n_rows, table.first_line
        warnings = [warning.to_json() for warning in table.warnings]
    stored = run.put_file("datasets", target)
    schema = Schema.from_json(result.deployed_model.cleanset.project.feature_schema)
    choices = propose(schema, names, result.deployed_model)
    positions = [choice.position for choice in choices]
    looked = look_ahead(run, result, target, positions) if result.asks_first else {}

    def apply() -> None:
        waiting = InferenceResult.all_objects.filter(pk=result.pk, status=Status.CHECKING)
        if waiting.update(
            status=Status.CHECKED,
            table_file=stored,
            column_names=names,
            n_rows=n_rows,
            first_line=first_line,
            warnings=warnings,
            positions=positions,
            facts=looked,
        ):
            purge_files_later([result.upload_file])
            if not result.asks_first:
                start_prediction(InferenceResult.all_objects.get(pk=result.pk), positions)

    return Finished(apply)


def _convert(run: JobRun, table: Table, target: Path) -> None:
    with write_parts(target, GROUP_ROWS) as parts:
        for batch in table.batches(GROUP_ROWS):
            parts.write(batch)
            run.progress("Reading the file", table.n_rows)
