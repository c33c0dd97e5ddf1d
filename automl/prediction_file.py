"""Predictions of a table as a CSV file, batch by batch: memory does not grow with the rows."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from automl.predictor import Predictor
from automl.problem import RESERVED_CLASS
from automl.progress import Progress, ignore_progress
from automl.schema import Schema
from automl.tables import Table

BATCH_ROWS = 20_000
PLAIN = pacsv.WriteOptions(include_header=False, quoting_style="needed")


def write_predictions(
    predictor: Predictor, table: Table, target: Path, *, progress: Progress = ignore_progress
) -> int:
    """One line a row, in the same order: a column for each class, then the suggested label.

    Returns
    -------
    How many rows there were.
    """
    n_rows = 0
    columns = result_schema(predictor.classes)
    positions: list[int] | None = None
    with target.open("wb") as sink, pacsv.CSVWriter(sink, columns, write_options=PLAIN) as writer:
        sink.write(format_header(columns.names))
        for batch in table.batches(BATCH_ROWS):
            positions = positions or match_columns(predictor.schema, table.columns)
            writer.write_batch(_predict_batch(predictor, batch, positions, columns))
            n_rows += batch.num_rows
            progress("Predicting", n_rows, 0)
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
