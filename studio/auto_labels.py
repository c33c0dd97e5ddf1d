"""Request side: labelling most rows of a dataset that has few labels, the surest ones at once.

The confidence above which suggestions are good enough is told by the labelled rows: how many of
those that are at least as sure are predicted as they are labelled, out of fold.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from automl.intervals import wilson_interval
from studio.files import local_path
from studio.models import Cleanset
from studio.parquet_reading import take_rows
from studio.review import PAGE_ROWS, ReviewPage, read_page
from studio.review_filters import find_places
from studio.review_query import ReviewQuery

CONFIDENCE = "suggested_label_confidence_score"
CURVE = "confidence_curve"
SUREST_FIRST = ReviewQuery(preset="to-label", sort=CONFIDENCE)
LEAST_SURE_FIRST = replace(SUREST_FIRST, is_rising=True)
# What the lower end of the interval must reach for a threshold to be proposed: the first of these
# that is reached at all. Where given labels are wrong too, no suggestion agrees with all of them.
GOOD_SHARES = (0.95, 0.9, 0.8)
# Where fewer rows have a label the page of the review proposes to begin here.
FEW_LABELS = 0.5


@dataclass(frozen=True)
class Trust:
    """Of the labelled rows that are at least so sure: how many are predicted as they are labelled,
    with a 95 % interval."""

    confidence: float
    n_rows: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Proposal:
    """Attributes
    ----------
    threshold : how many rows, the surest first, would be labelled; 0: none is proposed.
    trust : of the last of them; None where no labelled row is as sure.
    is_proposed : whether the threshold is ours and not one that was asked for.
    """

    page: ReviewPage
    threshold: int
    trust: Trust | None
    is_proposed: bool


def has_few_labels(cleanset: Cleanset) -> bool:
    n_labelled = cleanset.n_rows - cleanset.n_unlabelled
    return cleanset.project.has_classes and n_labelled < FEW_LABELS * cleanset.n_rows


def propose(cleanset: Cleanset, *, threshold: int | None, page: int | None) -> Proposal:
    """The rows to label, by falling confidence; without `page` those around the threshold."""
    places = find_places(cleanset, SUREST_FIRST).places
    asked = threshold is not None
    chosen = min(threshold or 0, len(places)) if asked else _good_threshold(cleanset)
    number = page or max(-(-chosen // PAGE_ROWS), 1)
    return Proposal(
        page=read_page(cleanset, SUREST_FIRST.at_page(number)),
        threshold=chosen,
        trust=_trust_of(cleanset, places[chosen - 1 : chosen]) if chosen else None,
        is_proposed=not asked,
    )


def _good_threshold(cleanset: Cleanset) -> int:
    """As many rows as are at least as sure as the least confidence that is good enough."""
    curve = _read_curve(cleanset)
    reached = ([t.confidence for t in curve if t.low >= share] for share in GOOD_SHARES)
    good = next((confidences for confidences in reached if confidences), None)
    if good is None:
        return 0
    return find_places(cleanset, replace(SUREST_FIRST, lows=((CONFIDENCE, min(good)),))).n_rows


def _trust_of(cleanset: Cleanset, places: Sequence[int]) -> Trust | None:
    assert cleanset.issues_file is not None
    facts = take_rows(local_path(cleanset.issues_file), places, [CONFIDENCE])
    confidence = facts.column(0)[0].as_py()
    reached = [trust for trust in _read_curve(cleanset) if trust.confidence <= confidence]
    return reached[-1] if reached else None


def _read_curve(cleanset: Cleanset) -> list[Trust]:
    """Confidences that some labelled row has, lowest first."""
    curve = cleanset.source.get(CURVE, [])
    return [
        Trust(confidence, n_rows, n_right / n_rows, *wilson_interval(n_right, n_rows))
        for confidence, n_rows, n_right in curve
        if n_rows
    ]
