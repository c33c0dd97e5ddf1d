"""Request side: a class that is new, but written almost like one that is known."""

from automl.problem import class_names, fold_name
from automl.shown_text import show_name
from studio.models import Cleanset


def describe_look_alikes(cleanset: Cleanset, label: str | None) -> str:
    """What is worth a second look in a label that was just given, in words, or "".

    Known are the classes of the cleanset and those that somebody gave to a row of it.
    """
    problem_type = cleanset.project.problem_type
    names = class_names([label], problem_type)
    new = [name for name in names if name not in set(cleanset.classes)]
    if not new:
        return ""
    decided = cleanset.decisions.exclude(corrected_label=None).order_by()
    given = class_names(decided.values_list("corrected_label", flat=True).distinct(), problem_type)
    known: dict[str, list[str]] = {}
    for name in [*cleanset.classes, *given]:
        known.setdefault(fold_name(name), []).append(name)
    pairs = [(name, other) for name in new for other in known.get(fold_name(name), [])]
    first = {name: other for name, other in reversed(pairs) if other != name}
    sentences = [_describe(name, first[name]) for name in new if name in first]
    return " ".join([*sentences, "Undo if this was not meant."]) if sentences else ""


def _describe(name: str, other: str) -> str:
    return (
        f"New class “{show_name(name)}”. It differs from “{show_name(other)}” only by case, "
        "spaces or letter forms."
    )
