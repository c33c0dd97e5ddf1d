"""Which columns of a cleanset the client gets, under which names and types."""

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from client_api.label_types import STRING, find_label_type
from client_api.row_ids import find_own_ids, id_column
from studio.cleanset_tables import DETAILS, FOUND, LABELS, read_generated, read_pred_probs
from studio.models import Cleanset

# The client renames it to the id column.
ID = "id"
CORRECTED = "corrected_label"
CONFIDENCE = "suggested_label_confidence_score"
P_PREDICTED = "p_predicted_label"
PART_ROWS = 5_000
Row = dict[str, Any]
TYPES = {
    pa.int64(): {"type": "integer", "extDtype": "Int64"},
    pa.int32(): {"type": "integer", "extDtype": "Int64"},
    pa.bool_(): {"type": "boolean"},
    pa.float64(): {"type": "number"},
    pa.float32(): {"type": "number"},
    pa.string(): STRING[0],
}
# Lists, which pandas keeps as they are.
OBJECT = {"type": "string"}


class CleansetColumns:
    """Attributes
    ----------
    fields : names and types, as pandas writes them in JSON of `orient="table"`.
    """

    def __init__(self, cleanset: Cleanset, *, with_found: bool, with_details: bool) -> None:
        self._label_field, self._to_label = find_label_type(cleanset)
        wanted = [CORRECTED, *(FOUND if with_found else ())]
        if with_details:
            wanted += ["action", *(name for name in DETAILS if name not in wanted)]
            wanted += [P_PREDICTED] if cleanset.project.has_classes else []
        self._tables = (_rename(table, wanted) for table in _with_ids(cleanset))
        self._first = next(self._tables)
        self.fields = [self._field(column) for column in self._first.schema]

    def parts(self) -> Iterator[list[Row]]:
        """All rows of the version, in the order of the dataset; can be had once."""
        yield from _to_rows(self._first, self._convert)
        for table in self._tables:
            yield from _to_rows(table, self._convert)

    def _field(self, column: pa.Field) -> dict[str, str]:
        if column.name == ID:
            return {"name": ID, "type": "integer"}
        is_label = column.name in LABELS
        return {"name": column.name} | (
            self._label_field if is_label else TYPES.get(column.type, OBJECT)
        )

    def _convert(self, name: str, cells: list[Any]) -> list[Any]:
        if name not in LABELS or self._to_label is str:
            return cells
        return [None if cell is None else self._to_label(cell) for cell in cells]


def read_probabilities(cleanset: Cleanset) -> Iterator[list[Row]]:
    """The id and a column a class; a class that is called like the id column is numbered."""
    own, name = find_own_ids(cleanset), id_column(cleanset)
    for table in read_pred_probs(cleanset, name):
        if own is not None:
            table = table.set_column(0, name, own.take(table.column(0)))
        yield from _to_rows(table, lambda _, cells: cells)


def _with_ids(cleanset: Cleanset) -> Iterator[pa.Table]:
    own = find_own_ids(cleanset)
    for table in read_generated(cleanset):
        ids = table.column("row_id") if own is None else own.take(table.column("row_id"))
        yield table.append_column(ID, ids)


def _rename(table: pa.Table, wanted: list[str]) -> pa.Table:
    if P_PREDICTED in wanted:
        table = table.append_column(P_PREDICTED, table.column(CONFIDENCE))
    return table.select([ID, *(name for name in wanted if name in table.column_names)])


def _to_rows(
    table: pa.Table, convert: Callable[[str, list[Any]], list[Any]]
) -> Iterator[list[Row]]:
    for batch in table.to_batches(max_chunksize=PART_ROWS):
        names = batch.schema.names
        columns = [
            convert(name, column.to_pylist())
            for name, column in zip(names, batch.columns, strict=True)
        ]
        yield [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]
