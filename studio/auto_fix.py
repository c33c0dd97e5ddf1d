"""Request side: fixing a whole cleanset by one of three rules, as one batch that can be undone.

The rules and their shares are those of Cleanlab Studio's client (docs/issues.md). Rows that
somebody decided stay as they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any
from uuid import UUID

import pyarrow.compute as pc
from django.db import transaction

from studio.decisions import Action, Change, apply_changes
from studio.files import local_path
from studio.models import Cleanset, User
from studio.parquet_reading import read_columns
from studio.review_filters import known_columns

AMBIGUOUS, LABEL, DUPLICATE, OUTLIER = (
    "is_ambiguous",
    "is_label_issue",
    "is_near_duplicate",
    "is_outlier",
)
SCORES = {
    AMBIGUOUS: "ambiguous_score",
    LABEL: "label_issue_score",
    DUPLICATE: "near_duplicate_score",
    OUTLIER: "outlier_score",
}
CLUSTER, CONFIDENCE = "near_duplicate_cluster_id", "suggested_label_confidence_score"
Fact = dict[str, Any]


@dataclass(frozen=True)
class Strategy:
    """Attributes
    ----------
    drop : share of the rows with each flag that is excluded, worst first.
    relabel_above : label issues whose suggestion is surer than this take it; None: none do.
    """

    key: str
    title: str
    text: str
    drop: dict[str, float]
    relabel_above: float | None = None


STRATEGIES = {
    strategy.key: strategy
    for strategy in (
        Strategy(
            "optimized_training_data",
            "For a better model",
            "Label issues with a suggestion that is more than 95 % sure take it. Of what is left, "
            "the worse half of the label issues, the worse half of the outliers and a fifth of "
            "the near duplicates are excluded.",
            {LABEL: 0.5, DUPLICATE: 0.2, OUTLIER: 0.5},
            relabel_above=0.95,
        ),
        Strategy(
            "suggested_actions",
            "As suggested",
            "Every label issue takes its suggestion; outliers, and all but one row of each "
            "cluster of near duplicates, are excluded.",
            {DUPLICATE: 1.0, OUTLIER: 1.0},
            relabel_above=0.0,
        ),
        Strategy(
            "drop_all_issues",
            "Exclude all issues",
            "Label issues, ambiguous rows, outliers, and all but one row of each cluster of near "
            "duplicates are excluded. Nothing is relabelled.",
            {AMBIGUOUS: 1.0, LABEL: 1.0, DUPLICATE: 1.0, OUTLIER: 1.0},
        ),
    )
}


def offered_strategies(cleanset: Cleanset) -> list[Strategy]:
    """Without labels they would all do the same."""
    every = list(STRATEGIES.values())
    return every if cleanset.project.has_labels else [STRATEGIES["suggested_actions"]]


def plan_changes(facts: list[Fact], strategy: Strategy) -> list[Change]:
    """What the strategy does to rows; one that is excluded is not relabelled."""
    relabelled = {fact["row_id"]: fact for fact in facts if _is_relabelled(fact, strategy)}
    excluded: set[int] = set()
    for flag, share in strategy.drop.items():
        rows = [fact for fact in facts if fact.get(flag)]
        if flag == LABEL:
            rows = [fact for fact in rows if fact["row_id"] not in relabelled]
        excluded |= _worst(_spare(rows) if flag == DUPLICATE else rows, SCORES[flag], share)
    changes = [Change(row_id, Action.EXCLUDE) for row_id in sorted(excluded)]
    return changes + [
        Change(row_id, Action.AUTO_FIX, fact["suggested_label"])
        for row_id, fact in relabelled.items()
        if row_id not in excluded
    ]


@transaction.atomic
def auto_fix(*, cleanset: Cleanset, strategy: Strategy, user: User) -> tuple[int, UUID | None]:
    """How many rows were changed, and the batch to undo them by."""
    Cleanset.objects.select_for_update().get(pk=cleanset.pk)
    changes = plan_changes(read_open(cleanset), strategy)
    if not changes:
        return 0, None
    return len(changes), apply_changes(cleanset=cleanset, changes=changes, user=user)


def _is_relabelled(fact: Fact, strategy: Strategy) -> bool:
    """Of numbers no suggestion has a confidence: they take it only where every one is taken."""
    limit, confidence = strategy.relabel_above, fact.get(CONFIDENCE)
    if limit is None or not fact.get(LABEL):
        return False
    return limit == 0 if confidence is None else confidence > limit


def _worst(facts: list[Fact], score: str, share: float) -> set[int]:
    ranked = sorted(facts, key=lambda fact: (-(fact[score] or 0), fact["row_id"]))
    return {fact["row_id"] for fact in ranked[: ceil(share * len(facts))]}


def _spare(facts: list[Fact]) -> list[Fact]:
    """All but the first row of each cluster: what it says must not be lost."""
    seen: set[int] = set()
    spare = []
    for fact in sorted(facts, key=lambda fact: fact["row_id"]):
        if fact[CLUSTER] in seen:
            spare.append(fact)
        seen.add(fact[CLUSTER])
    return spare


def read_open(cleanset: Cleanset) -> list[Fact]:
    """Undecided rows that some flag is set for."""
    decided = set(cleanset.decisions.values_list("row_id", flat=True))
    return [fact for fact in _read_flagged(cleanset) if fact["row_id"] not in decided]


def _read_flagged(cleanset: Cleanset) -> Iterator[Fact]:
    assert cleanset.issues_file is not None
    known = known_columns(cleanset)
    wanted = {"row_id", "suggested_label", CLUSTER, CONFIDENCE, *SCORES, *SCORES.values()}
    facts = read_columns(local_path(cleanset.issues_file), sorted(wanted & known))
    flags = [flag for flag in SCORES if flag in known]
    if not flags:
        return
    is_flagged = facts.column(flags[0])
    for flag in flags[1:]:
        is_flagged = pc.or_kleene(is_flagged, facts.column(flag))
    for batch in facts.filter(is_flagged).to_batches(max_chunksize=10_000):
        yield from batch.to_pylist()
