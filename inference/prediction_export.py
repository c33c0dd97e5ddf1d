"""Request side: predictions as tables to export, made from Parquet facts in bounded memory."""

from collections.abc import Iterator

import pyarrow as pa
from django.http import FileResponse, StreamingHttpResponse

from automl.arrow_arrays import make_text_array
from automl.errors import InputError
from automl.problem import MULTI_LABEL, RESERVED_CLASS
from automl.read_back import may_change
from inference.models import InferenceResult
from studio.cleanset_tables import make_unique
from studio.files import local_path
from studio.parquet_reading import read_parts
from studio.table_formats import FORMATS, fits_excel
from studio.table_responses import download_table

PLAIN, WITH_COLUMNS = "plain", "with-columns"
KINDS = (PLAIN, WITH_COLUMNS)
PART_ROWS = 10_000
FOUND = {"confidence": "Confidence", "novelty": "Novelty percentile", "warning": "Warning"}
LABEL = "label"


def download_predictions(
    result: InferenceResult, kind: str, form: str
) -> FileResponse | StreamingHttpResponse:
    """Raises what `check_export` does; FileMissingError where storage has lost a file."""
    check_export(result, kind, form)
    # `<stem>_pred_probs.csv`: the name that users of the original know.
    stem = result.stem + ("_pred_probs" if kind == PLAIN else "_predictions")
    return download_table(read_export(result, kind), form, stem)


def check_export(result: InferenceResult, kind: str, form: str) -> None:
    """Raises InputError `NO_SUCH_EXPORT` or `TOO_LARGE_FOR_EXCEL`."""
    is_there = result.status == InferenceResult.Status.READY and result.result_file is not None
    if kind not in KINDS or form not in FORMATS or not is_there:
        raise InputError("NO_SUCH_EXPORT", "These predictions are not ready for export.")
    if not can_export(result, kind, form):
        message = "These are more rows or columns than Excel has. Choose CSV."
        raise InputError("TOO_LARGE_FOR_EXCEL", message)


def read_export(result: InferenceResult, kind: str) -> Iterator[pa.Table]:
    """In the order of the file, a row a row.

    Plain: a column for each class, then the suggested label, as clients of the original know it.
    With columns: those of the file first; then the label, what was found of the row, and classes.
    """
    assert result.result_file is not None
    predictions = read_parts(local_path(result.result_file), PART_ROWS)
    if kind == PLAIN:
        return (_plain(result, part) for part in predictions)
    assert result.table_file is not None
    cells = read_parts(local_path(result.table_file), PART_ROWS)
    return (_with_columns(result, *pair) for pair in _align(cells, predictions))


def can_export(result: InferenceResult, kind: str, form: str) -> bool:
    n_columns = len(result.deployed_model.classes) + 1
    if kind == WITH_COLUMNS:
        n_columns += len(result.column_names) + len(FOUND)
    return form != "xlsx" or fits_excel(result.n_rows, n_columns)


def _plain(result: InferenceResult, predictions: pa.Table) -> pa.Table:
    names = [*result.deployed_model.classes, RESERVED_CLASS]
    columns = [*_probabilities(result, predictions), _labels(result, predictions)]
    return pa.table(columns, names=names)


def _labels(result: InferenceResult, predictions: pa.Table) -> pa.ChunkedArray:
    """A sole label of a set is quoted where pandas would make no text of it: lists are split."""
    labels = predictions.column(LABEL)
    model = result.deployed_model
    if model.cleanset.project.problem_type != MULTI_LABEL:
        return labels
    quoted = {name: f'"{name}"' for name in model.classes if may_change(name)}
    if not quoted:
        return labels
    return pa.chunked_array([make_text_array([quoted.get(x, x) for x in labels.to_pylist()])])


def _with_columns(result: InferenceResult, cells: pa.Table, predictions: pa.Table) -> pa.Table:
    found = {RESERVED_CLASS: predictions.column(LABEL)}
    found |= {FOUND[name]: predictions.column(name) for name in FOUND}
    names = make_unique([*result.column_names, *found, *result.deployed_model.classes])
    columns = [*cells.columns, *found.values(), *_probabilities(result, predictions)]
    return pa.table(columns, names=names)


def _probabilities(result: InferenceResult, predictions: pa.Table) -> list[pa.ChunkedArray]:
    return [predictions.column(f"p{k}") for k in range(len(result.deployed_model.classes))]


def _align(
    cells: Iterator[pa.Table], predictions: Iterator[pa.Table]
) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Both files have the same rows, but are not cut at the same ones."""
    left = right = None
    while True:
        left = left if left is not None and left.num_rows else next(cells, None)
        right = right if right is not None and right.num_rows else next(predictions, None)
        if left is None or right is None:
            return
        n_rows = min(left.num_rows, right.num_rows)
        yield left.slice(0, n_rows), right.slice(0, n_rows)
        left, right = left.slice(n_rows), right.slice(n_rows)
