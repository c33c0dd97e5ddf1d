"""What `create_project` of the client asks for, as a project here is set up.

It takes what a web form would too, and refuses what the client's service refused.
"""

from typing import Any

from automl.errors import InputError
from automl.problem import MULTI_CLASS, MULTI_LABEL, UNSUPERVISED
from automl.project_guess import guess_setup
from automl.shown_text import show_name
from automl.values import parse_number
from client_api.endpoint import UnsupportedProjectError, read_text
from studio.models import Dataset, Project
from studio.projects import Setup

MAX_NAME_CHARS = 100
# What the client makes of a guess that there is not.
NO_GUESS = "None"


def read_name(body: dict[str, Any]) -> str:
    name = (_read_text(body, "name") or "").strip()
    if not 0 < len(name) <= MAX_NAME_CHARS:
        raise UnsupportedProjectError(
            f"The name of a project has 1 to {MAX_NAME_CHARS} characters; this one has {len(name)}."
        )
    return name


def read_setup(dataset: Dataset, body: dict[str, Any]) -> Setup:
    """What is not said is guessed from the dataset.

    Raises
    ------
    UnsupportedProjectError
        For what this server cannot do, and for labels that do not fit the task.
    """
    modality = _read_modality(body)
    guess = guess_setup(dataset.profiles, dataset.n_rows)
    label = _read_column(body, "label_column", dataset) or guess["label_column"]
    task = _read_task(body)
    if task == UNSUPERVISED:
        label = None
    elif label is None:
        raise UnsupportedProjectError("Say which column has the labels: label_column=….")
    else:
        _check_label(dataset, label, task)
    features = _read_names(body, "feature_columns") or guess["feature_columns"]
    return Setup(
        problem_type=task,
        modality=modality,
        label_column=label or "",
        text_column=_read_column(body, "text_column", dataset) or guess["text_column"],
        feature_columns=list(dict.fromkeys(name for name in features if name != label)),
        preset=_choose(body, "model_type", Project.Preset.values, Project.Preset.REGULAR),
    )


def _read_modality(body: dict[str, Any]) -> str:
    if body.get("modality") == "image":
        raise UnsupportedProjectError(
            "This server has no image projects. Choose the modality text or tabular."
        )
    return _choose(body, "modality", Project.Modality.values)


def _read_task(body: dict[str, Any]) -> str:
    """The client may say none, which it takes for a project without labels if there is no label
    column."""
    usual = MULTI_CLASS if body.get("label_column") else UNSUPERVISED
    return _choose(body, "tasktype", Project.ProblemType.values, usual)


def _check_label(dataset: Dataset, name: str, task: str) -> None:
    """A column that there is not is refused later, like one of the features."""
    label = next((profile for profile in dataset.profiles if profile["name"] == name), None)
    if label is None:
        return
    shown = show_name(name)
    is_asked = dataset.asked_types.get(name) == "float"
    is_float = label["label_type"] == "float" and (is_asked or not _is_whole(label))
    if task == MULTI_CLASS and is_float:
        raise UnsupportedProjectError(
            f"The labels in '{shown}' are numbers with decimals. Multi-class projects need text, "
            "whole numbers or true and false; for numbers there is the task regression."
        )
    if task == MULTI_LABEL and not has_lists(label):
        raise UnsupportedProjectError(
            f"The labels in '{shown}' are no lists. Multi-label projects need class names with "
            "commas between them, such as 'wearing_hat,has_glasses'."
        )


def _is_whole(label: dict[str, Any]) -> bool:
    """`1.0`, as pandas writes whole numbers of a column in which some are missing."""
    numbers = [parse_number(value) for value, _ in label["value_counts"] or [["0.5", 1]]]
    return all(number is None or number.is_integer() for number in numbers)


def has_lists(label: dict[str, Any]) -> bool:
    """Whether some of a column's cells can be lists of labels, by its profile."""
    counts = label["value_counts"]
    return counts is None or any("," in value for value, _ in counts)


def _read_column(body: dict[str, Any], key: str, dataset: Dataset) -> str | None:
    name = _read_text(body, key)
    return None if name == NO_GUESS and name not in dataset.column_names else name


def _read_text(body: dict[str, Any], key: str) -> str | None:
    return None if body.get(key) is None else read_text(body, key)


def _read_names(body: dict[str, Any], key: str) -> list[str]:
    value = body.get(key) or []
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise InputError("INVALID_FIELD", f"The field '{key}' must be a list of names.")
    return value


def _choose(body: dict[str, Any], key: str, known: list[str], usual: str | None = None) -> str:
    value = _read_text(body, key) or usual
    if value not in known:
        shown = f"“{show_name(value)}” is no {key}." if value else f"Say which {key}."
        raise UnsupportedProjectError(f"{shown} There are: {', '.join(known)}.")
    return value
