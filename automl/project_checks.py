"""Whether a choice of label and feature columns can work, told from column profiles alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from automl.errors import InputError, TableWarning
from automl.problem import (
    MAX_CLASSES,
    MIN_ROWS,
    MULTI_LABEL,
    REGRESSION,
    RESERVED_CLASS,
    UNSUPERVISED,
    fold_name,
    parse_label_set,
)
from automl.schema import EMPTY
from automl.shown_text import show_name
from automl.values import parse_number

Profile = dict[str, Any]
RARE_ROWS = 5


def check_project_setup(
    profiles: list[Profile],
    n_rows: int,
    *,
    problem_type: str,
    modality: str,
    label_column: str,
    text_column: str | None,
    feature_columns: Sequence[str],
) -> list[TableWarning]:
    """Refuse what cannot be trained, warn of what will disappoint.

    Raises
    ------
    InputError
        `TOO_FEW_ROWS`, `UNKNOWN_COLUMN`, `NO_FEATURES`, `LABEL_IS_FEATURE`, `TEXT_EMPTY`,
        `LABEL_EMPTY`, `ONE_CLASS`, `TOO_MANY_CLASSES` or `RESERVED_CLASS_NAME`; regression:
        `ONE_VALUE`, `LABEL_NO_NUMBER`. Unsupervised: no label is asked for.
    """
    by_name = {profile["name"]: profile for profile in profiles}
    if n_rows < MIN_ROWS:
        raise InputError(
            "TOO_FEW_ROWS", f"The dataset has {n_rows} rows; at least {MIN_ROWS} are needed."
        )
    features: list[str | None] = [text_column] if modality == "text" else list(feature_columns)
    _check_features(by_name, modality, features, label_column)
    if problem_type == UNSUPERVISED:
        return []
    label = _profile(by_name, label_column)
    if problem_type == REGRESSION:
        _check_numbers(label)
        return []
    counts = _class_counts(label, n_rows, problem_type)
    _check_classes(label_column, counts, n_rows, problem_type)
    return _label_warnings(label, counts, problem_type)


def _profile(by_name: dict[str, Profile], name: str | None) -> Profile:
    if name is None or name not in by_name:
        raise InputError(
            "UNKNOWN_COLUMN",
            f"The dataset has no column '{show_name(name or '', 60)}'. Choose one from the list.",
        )
    return by_name[name]


def _check_features(
    by_name: dict[str, Profile], modality: str, features: list[str | None], label: str
) -> None:
    if not features:
        raise InputError("NO_FEATURES", "Choose at least one column that the model may read.")
    if label and label in features:
        raise InputError(
            "LABEL_IS_FEATURE",
            f"The label column '{show_name(label, 60)}' cannot be a feature as well.",
        )
    chosen = [_profile(by_name, name) for name in features]
    if all(profile["kind"] == EMPTY for profile in chosen):
        if modality == "text":
            raise InputError(
                "TEXT_EMPTY", f"The text column '{show_name(chosen[0]['name'], 60)}' is empty."
            )
        raise InputError("NO_FEATURES", "All chosen feature columns are empty.")


def _check_filled(label: Profile) -> None:
    if label["kind"] == EMPTY:
        shown = show_name(label["name"], 60)
        raise InputError("LABEL_EMPTY", f"The label column '{shown}' is empty.")


def _check_numbers(label: Profile) -> None:
    """A label further down that is no number is named by `problem.encode_labels`, with its row."""
    _check_filled(label)
    words = [cell for cell in label["examples"] if cell.strip() and parse_number(cell) is None]
    if words:
        raise InputError(
            "LABEL_NO_NUMBER",
            f"The label column '{show_name(label['name'], 60)}' has cells that are no numbers, "
            f"such as '{show_name(words[0], 40)}'. Choose another column, or Multi-class.",
        )
    if label["n_distinct"] == 1:
        raise InputError(
            "ONE_VALUE",
            f"The label column '{show_name(label['name'], 60)}' has only one value. "
            "At least two are needed.",
        )


def _class_counts(label: Profile, n_rows: int, problem_type: str) -> dict[str, int]:
    _check_filled(label)
    shown = show_name(label["name"], 60)
    pairs = label["label_set_counts" if problem_type == MULTI_LABEL else "value_counts"]
    if pairs is None:
        distinct = label["n_distinct"]
        raise InputError(
            "TOO_MANY_CLASSES",
            f"The label column '{shown}' has {distinct or 'too many'} different values in "
            f"{n_rows} rows. Choose a column whose values repeat.",
        )
    counts: dict[str, int] = {}
    for value, count in pairs:
        if value.strip():
            counts[value.strip()] = counts.get(value.strip(), 0) + count
    return counts


def _check_classes(name: str, counts: dict[str, int], n_rows: int, problem_type: str) -> None:
    shown = show_name(name, 60)
    if RESERVED_CLASS in counts:
        raise InputError("RESERVED_CLASS_NAME", f"A class may not be named '{RESERVED_CLASS}'.")
    if not counts:
        raise InputError("LABEL_EMPTY", f"The label column '{shown}' is empty.")
    if len(counts) == 1 and problem_type != MULTI_LABEL:
        only = show_name(next(iter(counts)), 40)
        raise InputError(
            "ONE_CLASS",
            f"The label column '{shown}' has only one class, '{only}'. At least two are needed.",
        )
    never_repeats = max(counts.values()) == 1 and len(counts) > MIN_ROWS
    if len(counts) > MAX_CLASSES or never_repeats:
        raise InputError(
            "TOO_MANY_CLASSES",
            f"The label column '{shown}' has {len(counts)} different values in {n_rows} rows. "
            "Choose a column whose values repeat.",
        )


def _label_warnings(
    label: Profile, counts: dict[str, int], problem_type: str
) -> list[TableWarning]:
    warnings = []
    trimmed = _count_trimmed(label, problem_type)
    if trimmed:
        warnings.append(
            TableWarning(
                "LABELS_TRIMMED",
                f"{trimmed:,} labels have spaces around them or repeats, which are left out.",
                count=trimmed,
            )
        )
    alike = _names_alike(counts)
    if alike:
        warnings.append(
            TableWarning(
                "LABELS_DIFFER_BY_CASE",
                f"Some classes differ only in case or spaces: {alike}. They are kept apart.",
            )
        )
    rare = [name for name, count in counts.items() if count < RARE_ROWS]
    if rare:
        shown = ", ".join(f"'{show_name(name, 30)}'" for name in rare[:3])
        warnings.append(
            TableWarning(
                "RARE_CLASS",
                f"{len(rare)} of {len(counts)} classes have fewer than {RARE_ROWS} rows "
                f"({shown}); their labels cannot be judged well.",
                count=len(rare),
            )
        )
    return warnings


def _count_trimmed(label: Profile, problem_type: str) -> int:
    pairs = label["value_counts"] or []
    if problem_type != MULTI_LABEL:
        return sum(count for value, count in pairs if value != value.strip() and value.strip())
    return sum(count for value, count in pairs if value and not _is_clean_set(value))


def _is_clean_set(cell: str) -> bool:
    return len(cell) == len(",".join(parse_label_set(cell))) or '"' in cell


def _names_alike(counts: dict[str, int]) -> str:
    groups: dict[str, list[str]] = {}
    for name in counts:
        groups.setdefault(fold_name(name), []).append(name)
    found = [names for names in groups.values() if len(names) > 1]
    return "; ".join(" / ".join(show_name(n, 20) for n in names[:3]) for names in found[:2])
