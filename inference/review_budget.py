"""Request side: how many rows somebody has to look at for which accuracy of the others.

What held-out rows said of accuracy at each confidence, applied to the rows of a file.
"""

from dataclasses import dataclass
from typing import Any

from inference.models import InferenceResult
from inference.result_rows import RowQuery, count_below


@dataclass(frozen=True)
class BudgetLine:
    """Rows at least so sure are accepted as they are; the others are looked at.

    `accuracy` with its interval is that of held-out rows at least as sure.
    """

    confidence: float
    accuracy: float
    low: float
    high: float
    n_accepted: int
    n_left: int
    share: float
    url: str


def choose_line(lines: list[BudgetLine], accuracy: float) -> BudgetLine | None:
    """Of those that reach an accuracy the one that leaves the fewest rows to look at."""
    reaching = [line for line in lines if line.accuracy >= accuracy]
    return max(reaching, key=lambda line: line.n_accepted, default=None)


def read_budget(result: InferenceResult, coverage: list[dict[str, Any]]) -> list[BudgetLine]:
    """`coverage` as in the evaluation of the model; one line a share of its held-out rows."""
    limits = [line["min_confidence"] for line in coverage]
    n_rows = max(result.n_rows, 1)
    return [
        BudgetLine(
            confidence=line["min_confidence"],
            accuracy=line["accuracy"],
            low=line["low"],
            high=line["high"],
            n_accepted=result.n_rows - n_left,
            n_left=n_left,
            share=(result.n_rows - n_left) / n_rows,
            url=RowQuery("unsure", line["min_confidence"], "rising").to_url(),
        )
        for line, n_left in zip(coverage, count_below(result, limits), strict=True)
    ]
