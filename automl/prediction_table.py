"""Predictions of some rows as a table of their own, row for row."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from automl.evaluation import label_probability
from automl.predictor import Predictor
from automl.problem import clean_labels, encode_labels

LABEL, CONFIDENCE = "label", "confidence"
GIVEN, IS_RIGHT = "given", "is_right"


def predict_rows(
    predictor: Predictor,
    rows: pa.Table,
    positions: Sequence[int | None],
    *,
    label_position: int | None = None,
) -> pa.Table:
    """Predict rows whose features stand anywhere among other columns.

    Parameters
    ----------
    rows : columns of text.
    positions : of each feature, in the order of the schema; None: it counts as missing everywhere.
    label_position : of a column with given labels, which predictions are compared with.

    Returns
    -------
    As many rows, in the same order: p0.. (float64, in the order of the predictor's classes);
    label (the suggested one; of sets comma-separated, by falling probability); confidence
    (probability of that class, or of the whole set). With given labels: given (cleaned, null =
    none) and is_right (null where there is none; of sets: all of it).
    """
    pred_probs = predictor.predict_proba(pick_features(rows, positions))
    labels = predictor.suggested_labels(pred_probs)
    chosen = encode_labels(labels, predictor.classes, predictor.problem_type)
    columns = {f"p{k}": pa.array(pred_probs[:, k]) for k in range(pred_probs.shape[1])}
    columns[LABEL] = pa.array(labels, pa.string())
    columns[CONFIDENCE] = pa.array(label_probability(pred_probs, chosen))
    if label_position is not None:
        cells = rows.column(label_position).to_pylist()
        columns |= _compare(cells, labels, predictor.problem_type)
    return pa.table(columns)


def pick_features(rows: pa.Table, positions: Sequence[int | None]) -> pa.Table:
    """Columns c0.. in the order of a schema."""
    missing = pa.nulls(rows.num_rows, pa.string())
    columns = [missing if i is None else rows.column(i) for i in positions]
    return pa.table(columns, names=[f"c{i}" for i in range(len(columns))])


def _compare(cells: list[str | None], labels: list[str], problem_type: str) -> dict[str, pa.Array]:
    given = clean_labels(cells, problem_type)
    # The same set may be written in another order.
    predicted = clean_labels(labels, problem_type)
    right = [
        None if own is None else own == (other or "")
        for own, other in zip(given, predicted, strict=True)
    ]
    return {GIVEN: pa.array(given, pa.string()), IS_RIGHT: pa.array(right, pa.bool_())}
