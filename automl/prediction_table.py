"""Predictions of some rows as a table of their own, row for row, and what was found of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

from automl.decision_rules import name_labels
from automl.drift import BatchProfile
from automl.errors import TableWarning
from automl.evaluation import label_probability
from automl.predictor import Predictor
from automl.problem import clean_labels
from automl.row_warnings import WarningSummary, find_row_warnings
from automl.schema import TEXT, Schema
from automl.values import encode_cells

LABEL, CONFIDENCE, NOVELTY, WARNING = "label", "confidence", "novelty", "warning"
GIVEN, IS_RIGHT = "given", "is_right"


@dataclass(frozen=True)
class RowsFound:
    """What is counted over rows; `+` joins it with that of the rows that follow.

    Attributes
    ----------
    unread : cells, by column, that were no number where one was expected.
    profile : the rows in the bins of the training profile; None where the predictor has none.
    """

    unread: dict[str, int] = field(default_factory=dict)
    warnings: WarningSummary = field(default_factory=WarningSummary)
    profile: BatchProfile | None = None

    def __add__(self, later: RowsFound) -> RowsFound:
        profiles = [each for each in (self.profile, later.profile) if each is not None]
        return RowsFound(
            dict(Counter(self.unread) + Counter(later.unread)),
            self.warnings + later.warnings,
            sum(profiles[1:], start=profiles[0]) if profiles else None,
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "unread": self.unread,
            "warnings": self.warnings.to_json(),
            "profile": self.profile.to_json() if self.profile else None,
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        profile = content["profile"]
        return cls(
            content["unread"],
            WarningSummary.from_json(content["warnings"]),
            BatchProfile.from_json(profile) if profile else None,
        )


def predict_rows(
    predictor: Predictor,
    rows: pa.Table,
    positions: Sequence[int | None],
    *,
    label_position: int | None = None,
) -> tuple[pa.Table, RowsFound]:
    """Predict rows whose features stand anywhere among other columns.

    Parameters
    ----------
    rows : columns of text; those of `encodable` may be dictionaries of it.
    positions : of each feature, in the order of the schema; None: it counts as missing everywhere.
    label_position : of a column with given labels, which predictions are compared with.

    Returns
    -------
    As many rows, in the same order: p0.. (float64, in the order of the predictor's classes);
    label (the suggested one; of sets comma-separated, by falling probability); confidence
    (probability of that class, or of the whole set); novelty (see novelty.percentiles; null where
    the predictor has no reference); warning (see row_warnings). With given labels: given
    (cleaned, null = none) and is_right (null where there is none; of sets: all of it).
    And what is counted over these rows; what they lack as a whole is no warning of a row.
    """
    features = encode_features(pick_features(rows, positions), predictor.schema)
    pred_probs, novelty = predictor.predict_with_novelty(features)
    chosen = predictor.choose_labels(pred_probs)
    labels = name_labels(chosen, pred_probs, predictor.classes)
    warnings = find_row_warnings(features, predictor.schema, predictor.profile)
    columns = {f"p{k}": pa.array(pred_probs[:, k]) for k in range(pred_probs.shape[1])}
    columns[LABEL] = pa.array(labels, pa.string())
    columns[CONFIDENCE] = pa.array(label_probability(pred_probs, chosen))
    columns[NOVELTY] = pa.array(
        novelty if novelty is not None else [None] * len(labels), pa.float64()
    )
    columns[WARNING] = warnings.texts
    if label_position is not None:
        given = rows.column(label_position).combine_chunks()
        columns |= _compare(given, columns[LABEL], predictor.problem_type)
    profile = predictor.profile and BatchProfile.of(features, predictor.profile, labels)
    return pa.table(columns), RowsFound({}, warnings.summary, profile or None)


def encodable(
    schema: Schema, positions: Sequence[int | None], label_position: int | None
) -> list[int]:
    """Columns of the rows that are only asked for their distinct cells."""
    pairs = zip(schema.columns, positions, strict=True)
    texts = {position for column, position in pairs if column.kind == TEXT} | {label_position}
    return sorted({position for position in positions if position is not None} - texts)


def pick_features(rows: pa.Table, positions: Sequence[int | None]) -> pa.Table:
    """Columns c0.. in the order of a schema."""
    missing = pa.nulls(rows.num_rows, pa.string())
    columns = [missing if i is None else rows.column(i) for i in positions]
    return pa.table(columns, names=[f"c{i}" for i in range(len(columns))])


def encode_features(table: pa.Table, schema: Schema) -> pa.Table:
    """Whoever looks at a column asks for its distinct cells, but for texts."""
    columns = [
        cells if column.kind == TEXT else encode_cells(cells)
        for column, cells in zip(schema.columns, table.columns, strict=True)
    ]
    return pa.table(columns, names=table.column_names)


def _compare(
    cells: pa.StringArray, labels: pa.StringArray, problem_type: str
) -> dict[str, pa.Array]:
    given = _clean(cells, problem_type)
    # The same set may be written in another order.
    predicted = _clean(labels, problem_type)
    return {GIVEN: given, IS_RIGHT: pc.equal(given, pc.fill_null(predicted, ""))}


def _clean(cells: pa.StringArray, problem_type: str) -> pa.StringArray:
    """`clean_labels`, of each different cell once."""
    encoded = pc.dictionary_encode(cells, null_encoding="encode")
    cleaned = clean_labels(encoded.dictionary.to_pylist(), problem_type)
    return pa.array(cleaned, pa.string()).take(encoded.indices)


def warn_of_unread(unread: dict[str, int]) -> list[TableWarning]:
    """Cells, by column, that were no number where one was expected."""
    return [
        TableWarning(
            "VALUES_AS_MISSING",
            f"{count:,} {'cell' if count == 1 else 'cells'} in column '{name[:60]}' "
            f"{'is no number' if count == 1 else 'are no numbers'}: as if missing.",
            count=count,
        )
        for name, count in unread.items()
    ]
