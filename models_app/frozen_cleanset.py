"""Worker side: the copy of a cleanset that a model is trained on, taken at one revision."""

from dataclasses import dataclass

import numpy as np

from automl.errors import InputError
from automl.problem import MIN_ROWS, MULTI_CLASS, class_names
from automl.read_back import warn_of_changed
from studio.cleanset_labels import read_decided
from studio.models import Cleanset
from studio.project_data import Labels, read_given_labels

RARE_CLASS_ROWS = 5


@dataclass(frozen=True)
class FrozenCleanset:
    """Original rows + corrections - exclusions - unlabelled rows."""

    row_ids: np.ndarray
    labels: Labels
    classes: list[str]
    revision: int
    n_corrected: int
    n_excluded: int


def freeze_cleanset(cleanset: Cleanset) -> FrozenCleanset:
    revision, version = read_decided(cleanset)
    given = read_given_labels(cleanset.project)
    rows = zip(version.row_ids.tolist(), version.labels, strict=True)
    labelled = [(row_id, label) for row_id, label in rows if label is not None]
    labels: Labels = [label for _, label in labelled]
    frozen = FrozenCleanset(
        row_ids=np.array([row_id for row_id, _ in labelled], dtype=np.int64),
        labels=labels,
        classes=class_names(labels, cleanset.project.problem_type),
        revision=revision,
        n_corrected=sum(label != given[row_id] for row_id, label in labelled),
        n_excluded=len(given) - len(version.row_ids),
    )
    _check(frozen, cleanset.project.problem_type)
    return frozen


def warn_of_classes(frozen: FrozenCleanset, problem_type: str) -> list[dict[str, object]]:
    if problem_type != MULTI_CLASS:
        return []
    changed = [warning.to_json() for warning in warn_of_changed(frozen.classes)]
    return [*_warn_of_rare_classes(frozen), *changed]


def _warn_of_rare_classes(frozen: FrozenCleanset) -> list[dict[str, object]]:
    counts = {name: frozen.labels.count(name) for name in frozen.classes}
    rare = [name for name, count in counts.items() if count < RARE_CLASS_ROWS]
    if not rare:
        return []
    shown = ", ".join(f"“{name[:40]}” ({counts[name]})" for name in rare[:3])
    message = (
        f"{len(rare)} of {len(counts)} classes have fewer than {RARE_CLASS_ROWS} rows, so their "
        f"accuracy says little: {shown}."
    )
    return [{"code": "RARE_CLASS", "message": message, "count": len(rare), "lines": []}]


def _check(frozen: FrozenCleanset, problem_type: str) -> None:
    if len(frozen.row_ids) < MIN_ROWS:
        raise InputError(
            "TOO_FEW_ROWS",
            f"Only {len(frozen.row_ids)} labelled rows are left in the cleanset; at least "
            f"{MIN_ROWS} are needed.",
        )
    smallest = 2 if problem_type == MULTI_CLASS else 1
    if len(frozen.classes) < smallest:
        raise InputError(
            "ONE_CLASS",
            "All rows left in the cleanset have the same label; a classifier needs at least two.",
        )
