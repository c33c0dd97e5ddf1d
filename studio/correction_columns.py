"""Which columns of a file say what was decided: of a patch, or of an export of a cleanset.

Exports may come from here or from Cleanlab Studio, whose API leaves out the prefix of all but the
row id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from automl.errors import InputError
from automl.tables import open_table
from studio.cleanset_tables import PREFIX, ROW_ID, make_unique
from studio.models import Project

OF_PATCH = ("row_id", "column", "old", "new", "source")
CORRECTED, ACTION = "corrected_label", "action"


@dataclass(frozen=True)
class CorrectionColumns:
    """Places in the header of the file; none for what it does not say."""

    row_id: int
    new: int | None = None
    old: int | None = None
    action: int | None = None
    column: int | None = None
    needs_review: int | None = None

    @property
    def is_patch(self) -> bool:
        return self.column is not None


def check_file(project: Project, *, file_name: str, path: Path) -> None:
    """Raises InputError for a file that cannot be one of corrections, or starts with no row."""
    with open_table(path, file_name=file_name) as table:
        find_columns(table.columns, project)
        next(table.batches(1))


def find_columns(names: Sequence[str], project: Project) -> CorrectionColumns:
    places = {name: i for i, name in enumerate(names)}
    row_id = _find(places, ROW_ID, project)
    telling = CORRECTED if project.has_labels else ACTION
    found = [p for p in (PREFIX, "") if _find(places, p + telling, project) is not None]
    if row_id is not None and found:
        return _of_export(places, row_id, found[0], project)
    if all(name in places for name in OF_PATCH):
        row_id, column, old, new, action = (places[name] for name in OF_PATCH)
        return CorrectionColumns(row_id, new, old, action, column)
    missing = ROW_ID if row_id is None else PREFIX + telling
    raise InputError(
        "NO_CORRECTIONS",
        f"This file is neither a patch nor an export of a cleanset: it has no column “{missing}”. "
        "Choose one that was exported here or from Cleanlab Studio.",
    )


def _of_export(
    places: dict[str, int], row_id: int, prefix: str, project: Project
) -> CorrectionColumns:
    return CorrectionColumns(
        row_id,
        new=_find(places, prefix + CORRECTED, project),
        old=places.get(project.label_column),
        action=_find(places, prefix + ACTION, project),
        needs_review=_find(places, prefix + "needs_review", project),
    )


def _find(places: dict[str, int], name: str, project: Project) -> int | None:
    """A dataset that has a column of this name itself: the export has numbered ours."""
    own_names = project.dataset.column_names
    ours = make_unique([*own_names, name])[-1]
    if ours in places:
        return places[ours]
    return places.get(name)
