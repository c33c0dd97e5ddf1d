"""Request side: a random sample of rows, and what confirming it says of the given labels.

Rows that a ranking chose say nothing of the others, and rows that were fixed by suggestions only
say that suggestions were taken. Rows drawn at random and looked at by a person do.
"""

import random
from dataclasses import dataclass

from automl.intervals import wilson_interval
from studio.files import local_path
from studio.models import Cleanset, RowDecision
from studio.parquet_reading import take_rows

N_SAMPLED = 100
Action = RowDecision.Action


@dataclass(frozen=True)
class SampleResult:
    """Of the rows of the sample that were decided; excluded ones have no right label.

    `accuracy` is the share of given labels that were confirmed, with its 95 % Wilson interval.
    """

    n_sampled: int
    n_right: int
    n_wrong: int
    n_excluded: int
    accuracy: float | None
    low: float | None
    high: float | None


def sampled_places(cleanset: Cleanset) -> list[int]:
    """Places in the issues file: the same ones each time, in a random order."""
    chance = random.Random(cleanset.pk.hex)  # noqa: S311
    n_rows = cleanset.n_rows
    return chance.sample(range(n_rows), min(N_SAMPLED, n_rows))


def read_result(cleanset: Cleanset) -> SampleResult:
    assert cleanset.issues_file is not None
    places = sampled_places(cleanset)
    facts = take_rows(local_path(cleanset.issues_file), places, ["row_id", "given_label"])
    given = {fact["row_id"]: fact["given_label"] for fact in facts.to_pylist()}
    decided = list(cleanset.decisions.filter(row_id__in=list(given)))
    excluded = sum(decision.action == Action.EXCLUDE for decision in decided)
    right = sum(_confirms(decision, given[decision.row_id]) for decision in decided)
    n = len(decided) - excluded
    low, high = wilson_interval(right, n) if n else (None, None)
    return SampleResult(
        n_sampled=len(places),
        n_right=right,
        n_wrong=n - right,
        n_excluded=excluded,
        accuracy=right / n if n else None,
        low=low,
        high=high,
    )


def _confirms(decision: RowDecision, given: str | None) -> bool:
    if decision.action == Action.EXCLUDE:
        return False
    return decision.action == Action.KEEP or decision.corrected_label == given
