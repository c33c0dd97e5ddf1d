"""What becomes of class names in a CSV file that pandas reads as it does unless told otherwise.

The official client reads predictions in this way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from automl.errors import TableWarning
from automl.shown_text import show_name

MISSING = frozenset(
    "#N/A|#N/A N/A|#NA|-1.#IND|-1.#QNAN|-NaN|-nan|1.#IND|1.#QNAN|<NA>|N/A|NA|NULL|NaN|None|n/a|"
    "nan|null".split("|")
)
TRUTH = re.compile("true|false", re.IGNORECASE)
NUMBER = re.compile(r"[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|inf(inity)?)", re.ASCII | re.IGNORECASE)
MAX_SHOWN = 3


def may_change(name: str) -> bool:
    """Whether a cell that holds just this may come back as something else than the text."""
    return name in MISSING or any(kind.fullmatch(name) for kind in (TRUTH, NUMBER))


def find_changed(classes: Sequence[str]) -> dict[str, str]:
    """Of labels that are one class each: what a name may become, by name.

    Classes that are all numbers, or all truth values, come back as what they were in the data.
    """
    if all(map(TRUTH.fullmatch, classes)) or all(_is_number_as_written(name) for name in classes):
        return {}
    return {name: _become(name) for name in classes if may_change(name)}


def warn_of_changed(classes: Sequence[str]) -> list[TableWarning]:
    changed = find_changed(classes)
    if not changed:
        return []
    some = list(changed.items())[:MAX_SHOWN]
    shown = ", ".join(f"“{show_name(name, 40)}” as {other}" for name, other in some)
    rest = f" and {len(changed) - MAX_SHOWN} more" if len(changed) > MAX_SHOWN else ""
    message = (
        f"Class names that pandas and the official client may read otherwise in predictions: "
        f"{shown}{rest}. Rename them, or read exports with dtype=str, keep_default_na=False."
    )
    return [TableWarning("CHANGED_BY_READERS", message, len(changed))]


def _become(name: str) -> str:
    if name in MISSING:
        return "missing"
    return "a truth value" if TRUTH.fullmatch(name) else f"the number {float(name):g}"


def _is_number_as_written(name: str) -> bool:
    if not NUMBER.fullmatch(name):
        return False
    return name in {str(int(name)) if name.lstrip("+-").isdigit() else "", str(float(name))}
