"""A first proposal for a project, from column profiles: every part of it can be changed."""

from __future__ import annotations

from typing import Any

from automl.problem import MULTI_CLASS, MULTI_LABEL, REGRESSION, UNSUPERVISED
from automl.schema import CONSTANT, EMPTY, IDENTIFIER, NUMERIC, TEXT

Profile = dict[str, Any]

LABEL_NAMES = (
    "label", "labels", "class", "target", "category", "categories", "churn", "intent",
    "sentiment", "emotion", "emotions", "tag", "tags", "topic", "outcome", "y",
)  # fmt: skip
TEXT_NAMES = ("text", "review", "comment", "message", "sentence", "description", "body", "content")
USELESS = {CONSTANT, EMPTY, IDENTIFIER}
MAX_GUESSED_CLASSES = 200
MAX_COLUMNS_BESIDE_TEXT = 3


def guess_setup(profiles: list[Profile], n_rows: int) -> dict[str, Any]:
    """Guess modality, problem type, label, text and feature columns.

    Returns
    -------
    dict with modality, problem_type, label_column, text_column, feature_columns and skipped
    ({column: reason}); the column names are None where nothing fits.
    """
    label, problem_type = _guess_label(profiles, n_rows)
    others = [profile for profile in profiles if profile is not label]
    useful = [profile for profile in others if profile["kind"] not in USELESS]
    text = _guess_text(others)
    is_text = text is not None and len(useful) <= MAX_COLUMNS_BESIDE_TEXT
    return {
        "modality": "text" if is_text else "tabular",
        "problem_type": problem_type,
        "label_column": label["name"] if label else None,
        "text_column": text["name"] if text else None,
        "feature_columns": [profile["name"] for profile in useful],
        "skipped": {p["name"]: p["note"] for p in others if p["kind"] in USELESS},
    }


def guess_label(profiles: list[Profile], n_rows: int, problem_type: str | None) -> str | None:
    """The label column for a problem type that somebody has chosen; None: for any."""
    if problem_type == UNSUPERVISED:
        return None
    if problem_type == REGRESSION:
        fitting = [profile for profile in profiles if profile["kind"] == NUMERIC]
    elif problem_type == MULTI_LABEL:
        fitting = [profile for profile in profiles if profile["looks_multi_label"]]
    else:
        fitting = []
    label = _find_named(fitting) or (fitting[-1] if fitting else _guess_label(profiles, n_rows)[0])
    return str(label["name"]) if label else None


def find_distinct(profiles: list[Profile]) -> list[str]:
    """Columns that can tell rows apart and yet say something of them."""
    return [profile["name"] for profile in profiles if profile["kind"] not in USELESS]


def _guess_label(profiles: list[Profile], n_rows: int) -> tuple[Profile | None, str]:
    """A telling name first, of a number too; else the last column whose values repeat.

    Where nothing fits there are most likely no labels.
    """
    fitting = [profile for profile in profiles if _can_be_label(profile, n_rows)]
    label = _find_named(fitting)
    if label is None:
        number = _find_named([p for p in profiles if p not in fitting and p["kind"] == NUMERIC])
        if number is not None:
            return number, REGRESSION
        label = fitting[-1] if fitting else None
    if label is None:
        return None, UNSUPERVISED
    return label, MULTI_LABEL if label["looks_multi_label"] else MULTI_CLASS


def _find_named(profiles: list[Profile]) -> Profile | None:
    for name in LABEL_NAMES:
        for profile in profiles:
            if profile["name"].casefold() == name:
                return profile
    for profile in profiles:
        if profile["name"].casefold().rsplit("_", 1)[-1] in LABEL_NAMES:
            return profile
    return None


def _can_be_label(profile: Profile, n_rows: int) -> bool:
    counts = profile["label_set_counts" if profile["looks_multi_label"] else "value_counts"]
    if (
        counts is None
        or profile["kind"] in {TEXT, EMPTY, CONSTANT}
        or profile["label_type"] == "float"
    ):
        return False
    return 2 <= len(counts) <= min(MAX_GUESSED_CLASSES, max(n_rows // 2, 2))


def _guess_text(profiles: list[Profile]) -> Profile | None:
    long = [profile for profile in profiles if profile["kind"] == TEXT]
    named = [p for p in profiles if _is_named_text(p) and p["label_type"] == "string"]
    if long:
        return max(long, key=lambda profile: (profile in named, profile["mean_chars"]))
    return named[0] if named else None


def _is_named_text(profile: Profile) -> bool:
    words = profile["name"].casefold().replace("-", "_").split("_")
    return profile["kind"] != EMPTY and any(word in TEXT_NAMES for word in words)
