"""What the registry says of a kind of estimator: its name, and where it takes part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pkgutil import resolve_name

from automl.families.base import Estimator
from automl.problem import MULTI_CLASS, MULTI_LABEL
from automl.schema import Schema

BOTH_PROBLEMS = (MULTI_CLASS, MULTI_LABEL)
FAST = "fast"
FROM_REGULAR, ONLY_BEST = ("regular", "best"), ("best",)
ANY_ROWS = 1_000_000_000
# With more texts, meaning beside words, and liblinear (which works on a copy of 16 bytes a number),
# take too much memory.
MANY_TEXTS = 50_000


def always(schema: Schema) -> bool:
    """Of a family that needs nothing that a project or a machine may lack."""
    return True


@dataclass(frozen=True)
class Family:
    """A kind of estimator that can be a candidate.

    Attributes
    ----------
    key : stable name, part of stored runs and predictors.
    title : what Model Details calls it.
    path : file of this package, and class in it, of its estimator.
    presets : in which presets it takes part.
    max_classes, max_rows : above these the family would cost too much.
    min_rows_fast, max_rows_fast : beyond these preset fast leaves it out: there it adds little, or
        costs too much of the time.
    min_rows : below it the family has too little to learn from.
    is_baseline : what a score must beat; never part of an ensemble, never deployed.
    can_train : whether this machine can train it on such columns.
    """

    key: str
    title: str
    modalities: tuple[str, ...]
    path: str
    problem_types: tuple[str, ...] = BOTH_PROBLEMS
    presets: tuple[str, ...] = (FAST, *FROM_REGULAR)
    max_classes: int = 1000
    min_rows: int = 0
    max_rows: int = ANY_ROWS
    min_rows_fast: int = 0
    max_rows_fast: int = ANY_ROWS
    is_baseline: bool = False
    can_train: Callable[[Schema], bool] = always

    @property
    def module(self) -> str:
        """Where its estimator is; loading it loads the library that it needs."""
        return f"automl.families.{self.path.partition(':')[0]}"

    @property
    def estimator(self) -> type[Estimator]:
        found: type[Estimator] = resolve_name(f"automl.families.{self.path}")
        return found

    def is_in(self, preset: str, n_rows: int) -> bool:
        fits_fast = self.min_rows_fast <= n_rows <= self.max_rows_fast
        return preset in self.presets and (preset != FAST or fits_fast)
