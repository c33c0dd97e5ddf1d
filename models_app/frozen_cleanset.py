"""Worker side: the copy of a cleanset that a model is trained on, taken at one revision."""

from dataclasses import dataclass

import numpy as np
from django.db import transaction

from automl.errors import InputError
from automl.problem import MIN_ROWS, MULTI_CLASS, class_names
from studio.models import Cleanset, RowDecision
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
    revision, decisions = _read_decisions(cleanset)
    given = read_given_labels(cleanset.project)
    labels = list(given)
    excluded: set[int] = set()
    for row_id, action, corrected in decisions:
        if action == RowDecision.Action.EXCLUDE:
            excluded.add(row_id)
        elif action != RowDecision.Action.KEEP:
            labels[row_id] = corrected
    kept = [i for i, label in enumerate(labels) if label is not None and i not in excluded]
    frozen = FrozenCleanset(
        row_ids=np.array(kept, dtype=np.int64),
        labels=[labels[i] for i in kept],
        classes=class_names([labels[i] for i in kept], cleanset.project.problem_type),
        revision=revision,
        n_corrected=sum(labels[i] != given[i] for i in kept),
        n_excluded=len(excluded),
    )
    _check(frozen, cleanset.project.problem_type)
    return frozen


def warn_of_rare_classes(frozen: FrozenCleanset, problem_type: str) -> list[dict[str, object]]:
    if problem_type != MULTI_CLASS:
        return []
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


def _read_decisions(cleanset: Cleanset) -> tuple[int, list[tuple[int, str, str | None]]]:
    """Revision and decisions of one moment: decisions bump the revision under the same lock."""
    with transaction.atomic():
        locked = Cleanset.all_objects.select_for_update().get(pk=cleanset.pk)
        rows = RowDecision.objects.filter(cleanset=cleanset)
        return locked.revision, list(rows.values_list("row_id", "action", "corrected_label"))


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
