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
from models_app.large_files import LARGE_FILE_ROWS
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
    upload = local_path(result.upload_file)
    answered_by = choose_ensemble(result, predictor, upload)
    if answered_by == InferenceResult.AnsweredBy.SERVING:
        predictor = predictor.for_serving()
    target = run.folder / "result.csv"
    with open_table(upload, file_name=result.file_name) as table:
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
            answered_by=answered_by,
            n_rows=n_rows,
            warnings=warnings,
            finished_at=timezone.now(),
        )

    return Finished(apply)


def choose_ensemble(
    result: InferenceResult, predictor: Predictor, upload: Path
) -> InferenceResult.AnsweredBy:
    """The serving ensemble, where there is one, for a large file whose owner did not mind."""
    wants_full = predictor.serving is None or result.is_always_full
    if wants_full or not has_more_rows(upload, result.file_name, LARGE_FILE_ROWS):
        return InferenceResult.AnsweredBy.FULL
    return InferenceResult.AnsweredBy.SERVING


def has_more_rows(path: Path, file_name: str, limit: int) -> bool:
    """Rows are counted, not guessed from bytes; of a large file no more are read than needed."""
    n_rows = 0
    with open_table(path, file_name=file_name) as table:
        for batch in table.batches(BATCH_ROWS):
            n_rows += batch.num_rows
            if n_rows > limit:
                return True
    return False


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
