"""Worker side: what a file of corrections says of each row, and what of it does not fit.

A few bytes for each row of the dataset, however long the file is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from automl.errors import InputError
from automl.problem import MULTI_LABEL, class_names, clean_labels
from automl.shown_text import show_name
from studio.decisions import LABELLING, Action, Change, check_label
from studio.models import Cleanset
from studio.row_labels import RowLabels
from studio.spreadsheet_cells import defuse_text, restore

MAX_PROBLEMS = 10
NOTHING = {"", "unresolved"}
# How the grid of Cleanlab Studio wrote an excluded row.
EXCLUDED_MARK = "-"
TRUE = {"true", "1"}
ACTIONS = ("", *Action.values)
UNSEEN, SEEN, REPEATED = range(3)


class UnfitError(Exception):
    """A line that does not fit the cleanset; says why."""


@dataclass(frozen=True)
class Line:
    """Cells of one line of the file; None for columns that it does not have."""

    row_id: str
    new: str | None
    action: str | None = None
    old: str | None = None
    column: str | None = None
    needs_review: str | None = None


@dataclass
class CorrectionPlan:
    """What to do to each row, and what was wrong.

    Attributes
    ----------
    actions, labels : (n_rows,) places in `ACTIONS` and in `labels_of_rows.texts`.
    seen : (n_rows,) whether the file has the row.
    n_unfit : lines that do not fit; of these `problems` has the first.
    """

    cleanset: Cleanset
    labels_of_rows: RowLabels
    first_row_id: int = 0
    is_patch: bool = False
    n_unfit: int = 0
    problems: list[dict[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        n_rows = len(self.labels_of_rows.own)
        self.actions = np.zeros(n_rows, dtype=np.int8)
        self.labels = np.zeros(n_rows, dtype=np.int32)
        self.seen = np.zeros(n_rows, dtype=np.int8)
        self.needs_review = np.zeros(n_rows, dtype=bool)
        self._problem_type = self.cleanset.project.problem_type
        self._known = self._known_classes()
        self._codes: dict[str, int] = {}
        self._clean = lru_cache(maxsize=10_000)(self._clean_cell)

    def add(self, number: int, line: Line) -> None:
        """`number` is where a person finds the line in the file."""
        try:
            row_id = self._read_row_id(line.row_id)
            self._check_unseen(row_id)
            self._check_old(row_id, line)
            action, label = self._decide(row_id, line)
        except UnfitError as problem:
            self._refuse(number, str(problem))
            return
        self.actions[row_id], self.labels[row_id] = ACTIONS.index(action), label
        self.needs_review[row_id] = (line.needs_review or "").strip().lower() in TRUE

    def exclude_unseen(self) -> None:
        unseen = (self.seen == UNSEEN) & self.labels_of_rows.is_there
        self.actions[unseen] = ACTIONS.index(Action.EXCLUDE)

    def read_changes(self, row_ids: np.ndarray) -> Iterator[Change]:
        for row_id in row_ids.tolist():
            action = ACTIONS[self.actions[row_id]]
            label = self.labels_of_rows.texts[self.labels[row_id]]
            yield Change(row_id, action, label if action in LABELLING else None)

    def _known_classes(self) -> set[str]:
        own = class_names(self.labels_of_rows.texts, self._problem_type)
        return {*self.cleanset.classes, *own}

    def _refuse(self, number: int, reason: str) -> None:
        self.n_unfit += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append({"line": number, "reason": reason})

    def _read_row_id(self, cell: str) -> int:
        text = cell.strip()
        if not (text.isascii() and text.isdecimal() and len(text) < 19):
            raise UnfitError(f"The row id “{show_name(text, 40)}” is no whole number.")
        row_id, n_rows = int(text) - self.first_row_id, len(self.seen)
        if not 0 <= row_id < n_rows:
            last = n_rows - 1 + self.first_row_id
            raise UnfitError(
                f"There is no row with the id {text}: ids are {self.first_row_id} to {last}"
                + (", unless the file counts from 1." if row_id == n_rows else ".")
            )
        return row_id

    def _check_unseen(self, row_id: int) -> None:
        """None of the lines of a row counts where there are several."""
        if self.seen[row_id] == UNSEEN:
            self.seen[row_id] = SEEN
            return
        if self.seen[row_id] == SEEN:
            self.seen[row_id] = REPEATED
            self.n_unfit += bool(self.actions[row_id])
            self.actions[row_id] = 0
            self.needs_review[row_id] = False
        raise UnfitError(
            f"The row id {row_id + self.first_row_id} is there more than once, so that no line of "
            "it counts."
        )

    def _check_old(self, row_id: int, line: Line) -> None:
        own_column = self.cleanset.project.label_column
        if line.column is not None and line.column not in {own_column, defuse_text(own_column)}:
            raise UnfitError(
                f"It is about the column “{show_name(line.column, 40)}”; the labels of this "
                f"project are in “{show_name(own_column, 40)}”."
            )
        if line.old is None:
            return
        own = self.labels_of_rows.texts[self.labels_of_rows.own[row_id]]
        if not self._says(line.old, own, is_exact=not self.is_patch):
            raise UnfitError(
                f"The label of this row is {_quote(own)} in the dataset, but {_quote(line.old)} "
                "in the file."
            )

    def _says(self, cell: str, label: str | None, *, is_exact: bool = False) -> bool:
        """Whether a cell is a label, if need be without the apostrophe of a spreadsheet's."""
        forms = {cell} if is_exact else {cell, restore(cell)}
        return any(self._clean(form) == (label or "") for form in forms)

    def _clean_cell(self, cell: str) -> str:
        return clean_labels([cell], self._problem_type)[0] or ""

    def _decide(self, row_id: int, line: Line) -> tuple[str, int]:
        action, new = self._read_action(line), self._clean(line.new or "")
        if not self.labels_of_rows.is_there[row_id]:
            if action not in {"", Action.EXCLUDE}:
                raise UnfitError("This row was excluded in an earlier version.")
            return "", 0
        if action == Action.KEEP and new:
            # Where this version gives the row another label, keeping that would not be the same.
            given = self.labels_of_rows.texts[self.labels_of_rows.given[row_id]]
            action = Action.KEEP if self._says(line.new or "", given) else Action.LABEL
        if action in LABELLING:
            if not new and self._problem_type != MULTI_LABEL:
                raise UnfitError(f"The action is “{action}”, but there is no label.")
            return action, self._read_label(line.new or "")
        return action, 0

    def _read_action(self, line: Line) -> str:
        if line.action is None:
            new = self._clean(line.new or "")
            if new == EXCLUDED_MARK:
                return Action.EXCLUDE
            return Action.LABEL if new else ""
        action = line.action.strip().lower()
        if action in NOTHING:
            return ""
        if action not in ACTIONS:
            raise UnfitError(
                f"The action “{show_name(action, 40)}” is none of keep, auto-fix, label, exclude."
            )
        return action

    def _read_label(self, cell: str) -> int:
        """Its place among the texts."""
        if cell not in self._codes:
            try:
                label = check_label(self.cleanset, Action.LABEL, self._restore(cell))
            except InputError as error:
                raise UnfitError(error.message) from error
            self._codes[cell] = self.labels_of_rows.code_of(label)
        return self._codes[cell]

    def _restore(self, cell: str) -> str:
        """Without the apostrophe of an export for spreadsheets, unless a class begins with one."""
        names: Sequence[str] = class_names([self._clean(cell)], self._problem_type)
        is_class = any(name in self._known for name in names if name.startswith("'"))
        return cell if is_class else restore(cell)


def _quote(label: str | None) -> str:
    return f"“{show_name(label, 40)}”" if label else "empty"
