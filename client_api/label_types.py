"""The type of a project's labels: ours are texts, those in the user's own data may be numbers."""

from collections.abc import Callable
from typing import Any

from automl.problem import MULTI_CLASS, REGRESSION
from studio.models import Cleanset

# What an int64 holds.
LARGEST = 2**63 - 1
TRUTH = {"true": True, "false": False, "True": True, "False": False}

LabelType = tuple[dict[str, str], Callable[[Any], Any]]
STRING: LabelType = ({"type": "string", "extDtype": "string"}, str)
BOOLEAN: LabelType = ({"type": "boolean", "extDtype": "boolean"}, TRUTH.__getitem__)
INTEGER: LabelType = ({"type": "integer", "extDtype": "Int64"}, int)
NUMBER: LabelType = ({"type": "number"}, float)


def find_label_type(cleanset: Cleanset) -> LabelType:
    """How the client names the type, and what makes a label of a text.

    One class that is no number, such as `007`, and all are texts: nothing may change its name.
    """
    if cleanset.project.problem_type == REGRESSION:
        return NUMBER
    if cleanset.project.problem_type != MULTI_CLASS or _are_words(cleanset):
        return STRING
    decided = cleanset.decisions.exclude(corrected_label=None).values_list("corrected_label")
    labels = {*cleanset.classes, *(label for (label,) in decided.distinct())}
    if labels <= TRUTH.keys():
        return BOOLEAN
    if all(_is_written(label, int) and abs(int(label)) <= LARGEST for label in labels):
        return INTEGER
    return NUMBER if all(_is_written(label, float) for label in labels) else STRING


def _are_words(cleanset: Cleanset) -> bool:
    """They look like words, or were uploaded as such."""
    project = cleanset.project
    types = {profile["name"]: profile.get("label_type") for profile in project.dataset.profiles}
    return types.get(project.label_column) == "string"


def _is_written(label: str, number: Callable[[str], float]) -> bool:
    """Whether it is exactly how the number is written."""
    try:
        return str(number(label)) == label and label not in {"nan", "inf", "-inf"}
    except ValueError:
        return False
