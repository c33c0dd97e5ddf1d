"""Request side: where the issues of a cleanset are, counted from its Parquet facts."""

from collections import Counter
from dataclasses import dataclass, field
from math import ceil

import pyarrow as pa
import pyarrow.compute as pc

from automl.problem import MULTI_LABEL, parse_label_set
from studio.files import local_path
from studio.hot_spots import HotSpot, find_hot_spots
from studio.models import Cleanset
from studio.parquet_reading import read_columns
from studio.review_query import PRESETS, ReviewQuery

MAX_LINES = 30
# More classes than this make a heat map that nobody can read.
MAX_HEAT_CLASSES = 20


@dataclass(frozen=True)
class Bar:
    """A line of a chart; its address shows the rows that it counts."""

    title: str
    n_rows: int
    share: float
    url: str
    detail: str = ""


@dataclass(frozen=True)
class HeatCell:
    n_rows: int
    share: float
    url: str

    @property
    def tint(self) -> int:
        """0 to 5, as the style sheet has them."""
        return min(5, ceil(5 * self.share))


@dataclass(frozen=True)
class Analytics:
    """Of labels that are no classes there are no more than the first three."""

    types: list[Bar]
    hot_spots: list[Bar] = field(default_factory=list)
    # Of all labelled rows, what hot spots are compared with.
    issue_share: float = 0.0
    classes: list[Bar] = field(default_factory=list)
    corrections: list[Bar] = field(default_factory=list)
    heat_classes: list[str] = field(default_factory=list)
    heat_rows: list[tuple[str, list[HeatCell]]] = field(default_factory=list)


def read_analytics(cleanset: Cleanset) -> Analytics:
    if not cleanset.project.has_labels:
        return Analytics(_issue_types(cleanset))
    assert cleanset.issues_file is not None
    columns = ["row_id", "given_label", "suggested_label", "is_label_issue"]
    facts = read_columns(local_path(cleanset.issues_file), columns)
    issue_share = cleanset.n_issues / max(cleanset.n_rows - cleanset.n_unlabelled, 1)
    hot_spots = [_spot_bar(spot) for spot in find_hot_spots(cleanset, facts)]
    if not cleanset.project.has_classes:
        return Analytics(_issue_types(cleanset), hot_spots, issue_share)
    is_sets = cleanset.project.problem_type == MULTI_LABEL
    # Of sets hardly any two corrections are the same.
    pairs = {} if is_sets else _count_pairs(facts.filter(facts.column("is_label_issue")))
    heat_classes, heat_rows = _heat_map(pairs)
    return Analytics(
        types=_issue_types(cleanset),
        classes=_issues_per_class(facts, is_sets=is_sets),
        corrections=_corrections(pairs),
        hot_spots=hot_spots,
        issue_share=issue_share,
        heat_classes=heat_classes,
        heat_rows=heat_rows,
    )


def _issue_types(cleanset: Cleanset) -> list[Bar]:
    counts = [(p, cleanset.flag_counts.get(p.flag, 0)) for p in PRESETS.values() if p.chip]
    return [
        Bar(p.title, n, n / max(cleanset.n_rows, 1), ReviewQuery(preset=p.key).to_url())
        for p, n in sorted(counts, key=lambda pair: -pair[1])
        if n
    ]


def _issues_per_class(facts: pa.Table, *, is_sets: bool) -> list[Bar]:
    """By the share of a class's rows that are label issues, largest first."""
    given = facts.column("given_label")
    n_issues = _count(given.filter(facts.column("is_label_issue")), is_sets=is_sets)
    bars = [
        Bar(
            name,
            n_issues.get(name, 0),
            n_issues.get(name, 0) / n_rows,
            ReviewQuery(preset="issues", given=(name,)).to_url(),
            f"of {n_rows:,} rows",
        )
        for name, n_rows in _count(given, is_sets=is_sets).items()
    ]
    return sorted(bars, key=lambda bar: (-bar.share, bar.title))[:MAX_LINES]


def _spot_bar(spot: HotSpot) -> Bar:
    shares = f"{spot.share:.1%} of {spot.n_rows:,} rows ({spot.low:.1%} – {spot.high:.1%})"
    return Bar(spot.title, spot.n_issues, spot.share, spot.query.to_url(), shares)


def _count(labels: pa.ChunkedArray, *, is_sets: bool) -> dict[str, int]:
    """Rows of each class; of sets, of each label. Grouping tables would import pandas."""
    counts: Counter[str] = Counter()
    for line in pc.value_counts(labels).to_pylist():
        if line["values"] is not None:
            names = parse_label_set(line["values"]) if is_sets else (line["values"],)
            counts.update(dict.fromkeys(names, line["counts"]))
    return dict(counts)


def _count_pairs(issues: pa.Table) -> dict[tuple[str, str], int]:
    given, suggested = (
        issues.column(name).to_pylist() for name in ("given_label", "suggested_label")
    )
    return dict(Counter(zip(given, suggested, strict=True)))


def _corrections(pairs: dict[tuple[str, str], int]) -> list[Bar]:
    most = max(pairs.values(), default=1)
    ranked = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:MAX_LINES]
    return [
        Bar(f"{given or 'none'} → {suggested or 'none'}", n, n / most, _pair_url(given, suggested))
        for (given, suggested), n in ranked
    ]


def _heat_map(
    pairs: dict[tuple[str, str], int],
) -> tuple[list[str], list[tuple[str, list[HeatCell]]]]:
    """Of the classes with the most issues: given labels in rows, suggested ones in columns."""
    weight: dict[str, int] = {}
    for pair, n in pairs.items():
        for name in pair:
            weight[name] = weight.get(name, 0) + n
    kept = sorted(sorted(weight, key=lambda name: (-weight[name], name))[:MAX_HEAT_CLASSES])
    most = max(pairs.values(), default=1)

    def cell(given: str, suggested: str) -> HeatCell:
        n = pairs.get((given, suggested), 0)
        return HeatCell(n, n / most, _pair_url(given, suggested) if n else "")

    return kept, [(given, [cell(given, suggested) for suggested in kept]) for given in kept]


def _pair_url(given: str, suggested: str) -> str:
    return ReviewQuery(preset="issues", given=(given,), suggested=(suggested,)).to_url()
