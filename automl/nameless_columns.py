"""Columns without a name: left out where they carry nothing, refused where they do."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from automl.column_names import nameless_column_error
from automl.errors import TableWarning

_INDEX_DROPPED = TableWarning(
    "INDEX_COLUMN_DROPPED",
    "The first column has no name and holds whole numbers: it was taken as an index and left out.",
)


class NamelessColumns:
    """Picks the named columns out of all.

    A nameless column may be empty, or it may be the first one and hold whole numbers: the index
    that pandas writes unless told otherwise. The row numbers 0, 1, 2 ... carry nothing; other
    numbers (a shuffled or filtered frame) are left out with a warning.

    Parameters
    ----------
    names
        All names, "" where there is none.
    are_ignored
        Leave them out whatever they hold: columns are found by name, and these have none.
    """

    def __init__(self, names: Sequence[str], *, are_ignored: bool = False) -> None:
        self._names = names
        self._are_ignored = are_ignored
        self._has_any = not all(names)
        self._n_rows = 0
        self.warnings: list[TableWarning] = []

    def drop_from(self, columns: list[pa.StringArray]) -> list[pa.StringArray]:
        """The named ones of ``columns``; InputError ``EMPTY_COLUMN_NAME`` where data would go."""
        if not self._has_any:
            return columns
        picked = []
        for position, (name, cells) in enumerate(zip(self._names, columns, strict=True)):
            if name:
                picked.append(cells)
            elif not self._are_ignored:
                self._check_nameless(position, cells.to_pylist())
        self._n_rows += len(columns[0])
        return picked

    def _check_nameless(self, position: int, cells: list[str]) -> None:
        if not any(cells):
            return
        if position > 0 or not all(cell.isascii() and cell.isdigit() for cell in cells):
            raise nameless_column_error(position + 1)
        row_numbers = map(str, range(self._n_rows, self._n_rows + len(cells)))
        if not self.warnings and cells != list(row_numbers):
            self.warnings.append(_INDEX_DROPPED)
