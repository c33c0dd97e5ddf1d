"""Worker side: which rows a version of a cleanset has, and with which labels."""

from dataclasses import dataclass

import numpy as np
from django.db import transaction

from studio.models import Cleanset, RowDecision
from studio.project_data import Labels, read_given_labels

Action = RowDecision.Action


@dataclass(frozen=True)
class VersionLabels:
    """Rows by their ids in the dataset, with the labels that they are given in a version.

    `resolved` are rows that were decided in an earlier version and are still there.
    """

    row_ids: np.ndarray
    labels: Labels
    resolved: frozenset[int] = frozenset()


def read_version(cleanset: Cleanset) -> VersionLabels:
    """The dataset's own labels, or those that the version before ended with."""
    if cleanset.previous is None:
        labels = read_given_labels(cleanset.project)
        return VersionLabels(np.arange(len(labels)), labels)
    _, decided = read_decided(cleanset.previous)
    return decided


def read_decided(cleanset: Cleanset) -> tuple[int, VersionLabels]:
    """A version's revision and, at this revision, its rows: corrected, without excluded ones."""
    given = read_version(cleanset)
    revision, decisions = _read_decisions(cleanset)
    labels = dict(zip(given.row_ids.tolist(), given.labels, strict=True))
    resolved = set(given.resolved)
    for row_id, action, corrected in decisions:
        resolved.add(row_id)
        if action == Action.EXCLUDE:
            labels.pop(row_id, None)
        elif action != Action.KEEP and row_id in labels:
            labels[row_id] = corrected
    row_ids = np.array(list(labels), dtype=np.int64)
    return revision, VersionLabels(
        row_ids, list(labels.values()), frozenset(resolved & set(labels))
    )


def _read_decisions(cleanset: Cleanset) -> tuple[int, list[tuple[int, str, str | None]]]:
    """Revision and decisions of one moment: decisions bump the revision under the same lock."""
    with transaction.atomic():
        locked = Cleanset.all_objects.select_for_update().get(pk=cleanset.pk)
        rows = RowDecision.objects.filter(cleanset=cleanset)
        return locked.revision, list(rows.values_list("row_id", "action", "corrected_label"))
