"""Worker side of a prediction: the file in batches through the predictor into the result CSV."""

import csv
import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from django.utils import timezone

from automl.predictor import Predictor
from automl.problem import RESERVED_CLASS
from automl.schema import Schema
from automl.tables import Table, open_table
from inference.models import InferenceResult
from studio.files import local_path
from studio.jobs import Finished
from studio.jobs.execution import JobRun
from studio.text_encoders import text_encoders

BATCH_ROWS = 20_000
PLAIN = pacsv.WriteOptions(include_header=False, quoting_style="needed")


def predict_file(run: JobRun) -> Finished:
    result = InferenceResult.all_objects.select_related("deployed_model").get(pk=run.subject_id)
    model = result.deployed_model
    assert model.predictor_file is not None
    assert result.upload_file is not None
    run.progress("Loading the model")
    path = local_path(model.predictor_file)
    predictor = Predictor.load(path, text_encoders=text_encoders())
    target = run.folder / "result.csv"
    with open_table(local_path(result.upload_file), file_name=result.file_name) as table:
        n_rows = write_predictions(run, predictor, table, target)
        warnings = [w.to_json() for w in [*table.warnings, *predictor.value_warnings]]
    stored = run.put_file("results", target)

    def apply() -> None:
        pending = InferenceResult.all_objects.filter(
            pk=result.pk, status=InferenceResult.Status.PREDICTING
        )
        pending.update(
            status=InferenceResult.Status.READY,
            result_file=stored,
            n_rows=n_rows,
            warnings=warnings,
            finished_at=timezone.now(),
        )

    return Finished(apply)


def write_predictions(run: JobRun, predictor: Predictor, table: Table, target: Path) -> int:
    """One line a row, in the same order: a column for each class, then the suggested label."""
    n_rows = 0
    columns = result_schema(predictor.classes)
    positions: list[int] | None = None
    with target.open("wb") as sink, pacsv.CSVWriter(sink, columns, write_options=PLAIN) as writer:
        sink.write(format_header(columns.names))
        for batch in table.batches(BATCH_ROWS):
            positions = positions or match_columns(predictor.schema, table.columns)
            writer.write_batch(_predict_batch(predictor, batch, positions, columns))
            n_rows += batch.num_rows
            run.progress("Predicting", n_rows)
    return n_rows


def match_columns(schema: Schema, names: list[str]) -> list[int]:
    """Where each feature stands in the file, in the order of the schema."""
    found = schema.require(names)
    return [found[column.name] for column in schema.columns]


def result_schema(classes: list[str]) -> pa.Schema:
    fields = [pa.field(name, pa.float64()) for name in classes]
    return pa.schema([*fields, pa.field(RESERVED_CLASS, pa.string())])


def format_header(names: list[str]) -> bytes:
    """Quoted only where a name needs it; Arrow's own header has quotes around every name."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(names)
    return buffer.getvalue().encode()


def _predict_batch(
    predictor: Predictor, batch: pa.RecordBatch, positions: list[int], columns: pa.Schema
) -> pa.RecordBatch:
    features = pa.table([batch.column(i) for i in positions], names=_names(len(positions)))
    pred_probs: np.ndarray = predictor.predict_proba(features)
    labels = predictor.suggested_labels(pred_probs)
    arrays = [pa.array(pred_probs[:, k]) for k in range(pred_probs.shape[1])]
    return pa.RecordBatch.from_arrays([*arrays, pa.array(labels, pa.string())], schema=columns)


def _names(count: int) -> list[str]:
    return [f"c{i}" for i in range(count)]
