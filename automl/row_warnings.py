"""What a predictor could not read in a row, or had never seen: it predicts the row all the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from automl.limits import MAX_TEXT_CHARS
from automl.schema import DATETIME, NUMERIC, TEXT, Column, Schema
from automl.shown_text import show_name
from automl.training_profile import OTHER, READERS, ColumnProfile, TrainingProfile, is_blank
from automl.values import DistinctCells, distinct_cells

UNSEEN_CATEGORY, NO_NUMBER, NO_DATE = "unseen_category", "no_number", "no_date"
EMPTY_TEXT, LONG_TEXT, EMPTY_ROW = "empty_text", "long_text", "empty_row"
SENTENCES = {
    UNSEEN_CATEGORY: "{name}: “{cell}” was never seen",
    NO_NUMBER: "{name}: “{cell}” is no number",
    NO_DATE: "{name}: “{cell}” is no date",
    EMPTY_TEXT: "{name}: empty text",
    LONG_TEXT: f"{{name}}: only the first {MAX_TEXT_CHARS:,} characters are read",
    EMPTY_ROW: "every cell is empty",
}
UNREADABLE = {NUMERIC: NO_NUMBER, DATETIME: NO_DATE}
MAX_EXAMPLES = MAX_EXAMPLE_ROWS = 5
# What is told of one row; the others are counted.
MAX_TOLD = 5
MAX_NAME_CHARS = MAX_CELL_CHARS = 40


@dataclass(frozen=True)
class Finding:
    """Cells of one column that have the same fault.

    Attributes
    ----------
    column : place in the schema; None where it is the whole row.
    kind : one of `SENTENCES`.
    n_rows : how many rows have it.
    examples : the first five different cells, as they are shown, and the first five rows of each.
    """

    column: int | None
    kind: str
    n_rows: int
    examples: tuple[tuple[str, tuple[int, ...]], ...]

    def merge(self, later: Finding, *, offset: int) -> Finding:
        """`later` is of rows that begin at `offset`."""
        examples = dict(self.examples)
        for cell, rows in later.examples:
            if cell in examples or len(examples) < MAX_EXAMPLES:
                known = examples.get(cell, ())
                examples[cell] = (*known, *(row + offset for row in rows))[:MAX_EXAMPLE_ROWS]
        n_rows = self.n_rows + later.n_rows
        return Finding(self.column, self.kind, n_rows, tuple(examples.items()))


@dataclass(frozen=True)
class WarningSummary:
    """What was found in n rows; `+` joins it with that of the rows that follow."""

    n_rows: int = 0
    n_warned_rows: int = 0
    findings: tuple[Finding, ...] = ()

    def __add__(self, later: WarningSummary) -> WarningSummary:
        found = {(finding.column, finding.kind): finding for finding in self.findings}
        for finding in later.findings:
            key = finding.column, finding.kind
            known = found.get(key, Finding(*key, 0, ()))
            found[key] = known.merge(finding, offset=self.n_rows)
        return WarningSummary(
            self.n_rows + later.n_rows,
            self.n_warned_rows + later.n_warned_rows,
            tuple(found.values()),
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        findings = tuple(
            Finding(
                found["column"],
                found["kind"],
                found["n_rows"],
                tuple((cell, tuple(rows)) for cell, rows in found["examples"]),
            )
            for found in content["findings"]
        )
        return cls(content["n_rows"], content["n_warned_rows"], findings)


@dataclass(frozen=True)
class RowWarnings:
    """Attributes
    ----------
    texts : (N,) for people, what is odd about each row; null where nothing is.
    """

    summary: WarningSummary
    texts: pa.StringArray


def find_row_warnings(
    table: pa.Table, schema: Schema, profile: TrainingProfile | None
) -> RowWarnings:
    """Look for cells that a predictor reads as missing or as something unknown.

    Categories are unseen only where all of training's are known; an empty cell is none.

    Parameters
    ----------
    table : N rows, columns c0.. of text in the order of `schema`.
    profile : of what the predictor was trained on; None: no category counts as unseen.
    """
    told = _Told(table.num_rows)
    is_empty = _empty_rows(table)
    if is_empty.any():
        told.add_rows(None, EMPTY_ROW, is_empty, SENTENCES[EMPTY_ROW])
    for fault in _find_faults(table, schema, profile):
        in_rows = fault.in_rows & ~is_empty
        if fault.cells is None:
            told.add_rows(fault.place, fault.kind, in_rows, _sentence(fault.kind, fault.column))
        else:
            told.add_cells(fault, in_rows)
    return told.finish()


@dataclass(frozen=True)
class CellWarning:
    """One cell of one row: a stable code, the name of its column, and a sentence."""

    code: str
    column: str
    message: str

    def to_json(self) -> dict[str, str]:
        return asdict(self)


def find_cell_warnings(
    table: pa.Table, schema: Schema, profile: TrainingProfile | None
) -> list[list[CellWarning]]:
    """The same cell by cell, for few rows; a row that is empty is told of cell by cell, too."""
    found: list[list[CellWarning]] = [[] for _ in range(table.num_rows)]
    for fault in _find_faults(table, schema, profile):
        for row in np.flatnonzero(fault.in_rows).tolist():
            cell = "" if fault.cells is None else fault.cells.values[fault.cells.codes[row]]
            sentence = _sentence(fault.kind, fault.column, cell)
            found[row].append(CellWarning(fault.kind.upper(), fault.column.name, sentence))
    return found


@dataclass(frozen=True)
class _Fault:
    """What is wrong with some cells of a column; `cells` where it matters which ones they are."""

    place: int
    column: Column
    kind: str
    in_rows: np.ndarray
    cells: DistinctCells | None = None


def _find_faults(
    table: pa.Table, schema: Schema, profile: TrainingProfile | None
) -> Iterator[_Fault]:
    for i, column in enumerate(schema.columns):
        cells, known = table.column(i), profile.columns[i] if profile else None
        if column.kind == TEXT:
            yield _Fault(i, column, EMPTY_TEXT, is_blank(cells).to_numpy())
            yield _Fault(i, column, LONG_TEXT, _is_long(cells))
            continue
        kind = UNREADABLE.get(column.kind, UNSEEN_CATEGORY)
        if column.kind in UNREADABLE or (known and known.has_all_values):
            distinct = distinct_cells(cells)
            is_bad = _bad_cells(column, known, distinct)
            if is_bad.any():
                yield _Fault(i, column, kind, is_bad[distinct.codes], distinct)


def _is_long(cells: pa.ChunkedArray) -> np.ndarray:
    lengths = pc.fill_null(pc.utf8_length(cells), 0)
    found: np.ndarray = pc.greater(lengths, MAX_TEXT_CHARS).to_numpy()
    return found


class _Told:
    """Collects, column by column, what is said of which rows."""

    def __init__(self, n_rows: int) -> None:
        self.n_told = np.zeros(n_rows, dtype=np.int64)
        self.parts: list[pa.Array] = []
        self.findings: list[Finding] = []

    def add_rows(self, place: int | None, kind: str, is_bad: np.ndarray, sentence: str) -> None:
        """The same is said of all rows that are bad."""
        if is_bad.any():
            rows = tuple(np.flatnonzero(is_bad)[:MAX_EXAMPLE_ROWS].tolist())
            self.findings.append(Finding(place, kind, int(is_bad.sum()), (("", rows),)))
            self._tell(is_bad, pa.scalar(sentence))

    def add_cells(self, fault: _Fault, in_rows: np.ndarray) -> None:
        """Each different cell has its own sentence."""
        cells = fault.cells
        assert cells is not None
        if not in_rows.any():
            return
        examples = _examples(cells, in_rows)
        self.findings.append(Finding(fault.place, fault.kind, int(in_rows.sum()), examples))
        is_shown = np.zeros(len(cells.values), dtype=bool)
        is_shown[cells.codes[in_rows & (self.n_told < MAX_TOLD)]] = True
        sentences = [
            _sentence(fault.kind, fault.column, cell) if shown else None
            for cell, shown in zip(cells.values, is_shown.tolist(), strict=True)
        ]
        self._tell(in_rows, pa.array(sentences, pa.string()).take(pa.array(cells.codes)))

    def _tell(self, in_rows: np.ndarray, sentences: pa.Array | pa.Scalar) -> None:
        is_shown = in_rows & (self.n_told < MAX_TOLD)
        self.n_told += in_rows
        if is_shown.any():
            nothing = pa.scalar(None, pa.string())
            self.parts.append(pc.if_else(pa.array(is_shown), sentences, nothing))

    def finish(self) -> RowWarnings:
        n_rows = len(self.n_told)
        is_told = self.n_told > 0
        summary = WarningSummary(n_rows, int(is_told.sum()), tuple(self.findings))
        if not self.parts:
            return RowWarnings(summary, pa.nulls(n_rows, pa.string()))
        # Arrow's join leaves out rows of which every part is null, so it is given none.
        parts = [part.filter(pa.array(is_told)) for part in (*self.parts, self._how_many_more())]
        joined = pc.binary_join_element_wise(*parts, "; ", null_handling="skip")
        places = pa.array(np.cumsum(is_told) - 1, mask=~is_told)
        return RowWarnings(summary, joined.take(places))

    def _how_many_more(self) -> pa.Array:
        n_more = np.maximum(self.n_told - MAX_TOLD, 0)
        numbers, codes = np.unique(n_more, return_inverse=True)
        words = [f"and {n} more" if n else None for n in numbers.tolist()]
        return pa.array(words, pa.string()).take(pa.array(codes))


def _bad_cells(column: Column, known: ColumnProfile | None, cells: DistinctCells) -> np.ndarray:
    """(n,) bool, of each distinct cell."""
    if column.kind in UNREADABLE:
        return cells.is_unread(READERS[column.kind](cells.dictionary))
    assert known is not None
    found: np.ndarray = known.find_values(cells.values) == known.n_bins + OTHER
    return found


def _examples(cells: DistinctCells, in_rows: np.ndarray) -> tuple[tuple[str, tuple[int, ...]], ...]:
    examples: dict[str, tuple[int, ...]] = {}
    for code in np.unique(cells.codes[in_rows])[:MAX_EXAMPLES].tolist():
        shown = show_name(cells.values[code], MAX_CELL_CHARS)
        rows = np.flatnonzero((cells.codes == code) & in_rows)[:MAX_EXAMPLE_ROWS].tolist()
        examples[shown] = tuple(sorted({*examples.get(shown, ()), *rows}))[:MAX_EXAMPLE_ROWS]
    return tuple(examples.items())


def _sentence(kind: str, column: Column, cell: str = "") -> str:
    name = show_name(column.name, MAX_NAME_CHARS)
    return SENTENCES[kind].format(name=name, cell=show_name(cell, MAX_CELL_CHARS))


def _empty_rows(table: pa.Table) -> np.ndarray:
    """(N,) bool: of several cells all are blank. A sole one has a warning of its own."""
    is_empty = np.full(table.num_rows, table.num_columns > 1)
    for cells in table.columns:
        if not is_empty.any():
            break
        is_empty &= is_blank(cells).to_numpy()
    return is_empty


def join_summaries(summaries: Sequence[WarningSummary]) -> WarningSummary:
    """Of slices of one file, in their order."""
    return sum(summaries, start=WarningSummary())
