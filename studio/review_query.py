"""What a page of the review is asked for: filters, order and page; all of it is in the URL."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from automl.values import parse_number, parse_time

# The order in which the issues file is kept.
WORST_FIRST = "label_issue_score"
SAMPLE = "sample"
# Unlabelled and undecided.
TO_LABEL = "to-label"
MAX_LABELS = 50
MAX_SEARCH_CHARS = 200
# Of a whole cell; an address of more characters than some servers take would follow.
MAX_WHOLE_CHARS = 300
MAX_LIMIT_CHARS = 40


@dataclass(frozen=True)
class Preset:
    """A ready-made filter: rows with a flag set, or rows by what was decided."""

    key: str
    title: str
    flag: str = ""
    chip: str = ""


PRESETS = {
    preset.key: preset
    for preset in (
        Preset("all", "All rows"),
        Preset("issues", "Label issues", "is_label_issue", "Label issue"),
        Preset("outliers", "Outliers", "is_outlier", "Outlier"),
        Preset("near-duplicates", "Near duplicates", "is_near_duplicate", "Near duplicate"),
        Preset("ambiguous", "Ambiguous", "is_ambiguous", "Ambiguous"),
        Preset("unlabelled", "Unlabelled", "is_initially_unlabeled", "Unlabelled"),
        Preset(TO_LABEL, "To label", "is_initially_unlabeled"),
        Preset("rare-class", "Rare class", "has_rare_class", "Rare class"),
        Preset("personal-data", "Personal data", "is_PII", "Personal data"),
        Preset("non-english", "Not English", "is_non_english", "Not English"),
        Preset("empty-text", "Empty text", "is_empty_text", "Empty text"),
        Preset("well-labelled", "Well labelled", "is_well_labeled"),
        Preset("resolved-before", "Resolved before", "is_previously_resolved"),
        Preset(SAMPLE, "Random sample"),
        Preset("needs-review", "Needs review"),
        Preset("undecided", "Undecided"),
        Preset("decided", "Decided"),
    )
}


@dataclass(frozen=True)
class ShownColumn:
    """A generated column that can be shown, sorted by and, if it is a number, filtered by range."""

    name: str
    title: str
    is_number: bool = True


SHOWN_COLUMNS = {
    column.name: column
    for column in (
        ShownColumn(WORST_FIRST, "Issue score"),
        ShownColumn("suggested_label_confidence_score", "Confidence"),
        ShownColumn("ambiguous_score", "Ambiguous score"),
        ShownColumn("outlier_score", "Outlier score"),
        ShownColumn("near_duplicate_score", "Near duplicate score"),
        ShownColumn("near_duplicate_cluster_id", "Duplicate cluster"),
        ShownColumn("text_num_characters", "Characters"),
        ShownColumn("PII_score", "Personal data score"),
        ShownColumn("PII_types", "Personal data", is_number=False),
        ShownColumn("non_english_score", "Not English score"),
        ShownColumn("predicted_language", "Language", is_number=False),
    )
}
OF_ROWS = {"row_id": "Row", "given_label": "Given", "suggested_label": "Suggested"}


@dataclass(frozen=True)
class ReviewQuery:
    """Attributes
    ----------
    given, suggested : labels, one of which a row must have; none: any.
    search : in any of the feature columns.
    column : by position; `contains` a text there or, if `is_whole`, nothing but that text.
    cell_from, cell_to : limits of the numbers or times of that column, themselves included.
    lows, highs : by generated column. sort : a generated column, or `c3` of the dataset.
    """

    preset: str = "all"
    given: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()
    search: str = ""
    column: int | None = None
    contains: str = ""
    is_whole: bool = False
    cell_from: str = ""
    cell_to: str = ""
    lows: tuple[tuple[str, float], ...] = ()
    highs: tuple[tuple[str, float], ...] = ()
    sort: str = WORST_FIRST
    is_rising: bool = False
    shown: tuple[str, ...] = ()
    number: int = 1

    @property
    def has_filters(self) -> bool:
        filters = (self.given, self.suggested, self.search, self.lows, self.highs)
        return any(filters) or self.asks_of_column

    @property
    def asks_of_column(self) -> bool:
        """Whether the cells of one column are filtered."""
        return self.column is not None and bool(self._cell_pairs)

    @property
    def _cell_pairs(self) -> list[tuple[str, Any]]:
        """An empty text is a filter only of whole cells."""
        pairs: list[tuple[str, Any]] = []
        pairs += [("contains", self.contains)] if self.contains else []
        pairs += [("whole", "1")] if self.is_whole else []
        pairs += [("from", self.cell_from)] if self.cell_from else []
        return pairs + ([("to", self.cell_to)] if self.cell_to else [])

    @property
    def order(self) -> str:
        """`ascending` or `descending`, by `sort`; a random sample has no order of its own."""
        if self.preset == SAMPLE and self.sort == WORST_FIRST and not self.is_rising:
            return ""
        return "ascending" if self.is_rising else "descending"

    @property
    def pairs(self) -> list[tuple[str, Any]]:
        """Names and values of the URL, without what is as usual but for the preset."""
        pairs: list[tuple[str, Any]] = [("preset", self.preset)]
        pairs += [("given", label) for label in self.given]
        pairs += [("suggested", label) for label in self.suggested]
        pairs += [("search", self.search)] if self.search else []
        pairs += [("column", self.column), *self._cell_pairs] if self.asks_of_column else []
        pairs += [(f"min_{name}", f"{value:g}") for name, value in self.lows]
        pairs += [(f"max_{name}", f"{value:g}") for name, value in self.highs]
        if (self.sort, self.is_rising) != (WORST_FIRST, False):
            pairs += [("sort", self.sort), ("order", "rising" if self.is_rising else "falling")]
        pairs += [("show", name) for name in self.shown]
        return pairs + ([("page", self.number)] if self.number > 1 else [])

    def to_url(self) -> str:
        return "?" + urlencode(self.pairs)

    def at_page(self, number: int) -> "ReviewQuery":
        return replace(self, number=number)

    def with_preset(self, preset: str) -> "ReviewQuery":
        return replace(self, preset=preset, number=1)

    def without_filters(self) -> "ReviewQuery":
        return ReviewQuery(preset=self.preset, sort=self.sort, shown=self.shown)

    def sorted_by(self, name: str) -> "ReviewQuery":
        """A second time the other way round; scores begin with the largest."""
        turned = not self.is_rising if name == self.sort else name not in SHOWN_COLUMNS
        return replace(self, sort=name, is_rising=turned, number=1)


def parse_query(params: QueryDict, positions: Iterable[int], usual: str) -> ReviewQuery:
    """What is not understood counts as not said: a bookmark never breaks a page."""
    known = set(positions)
    column = _parse_position(params.get("column", ""), known)
    is_whole = column is not None and params.get("whole") == "1"
    sort = params.get("sort", WORST_FIRST)
    return ReviewQuery(
        preset=_one_of(params.get("preset", ""), PRESETS, usual),
        given=_parse_labels(params, "given"),
        suggested=_parse_labels(params, "suggested"),
        search=params.get("search", "").strip()[:MAX_SEARCH_CHARS],
        column=column,
        contains=_parse_contains(params, is_whole=is_whole) if column is not None else "",
        is_whole=is_whole,
        cell_from=_parse_cell_limit(params.get("from", "")) if column is not None else "",
        cell_to=_parse_cell_limit(params.get("to", "")) if column is not None else "",
        lows=_parse_limits(params, "min_"),
        highs=_parse_limits(params, "max_"),
        sort=sort if _can_sort(sort, known) else WORST_FIRST,
        is_rising=params.get("order") == "rising",
        shown=_parse_shown(params.getlist("show")),
        number=_parse_number(params.get("page", "")),
    )


def _parse_labels(params: QueryDict, name: str) -> tuple[str, ...]:
    """Those chosen before, and one that was typed just now; an empty label is the empty set."""
    typed = params.get(f"another_{name}", "").strip()
    labels = [*params.getlist(name), *([typed] if typed else [])]
    return tuple(dict.fromkeys(labels))[:MAX_LABELS]


def _parse_contains(params: QueryDict, *, is_whole: bool) -> str:
    return params.get("contains", "")[: MAX_WHOLE_CHARS if is_whole else MAX_SEARCH_CHARS]


def _parse_cell_limit(text: str) -> str:
    """Kept as it was written: what it says depends on the kind of the column."""
    written = text.strip()[:MAX_LIMIT_CHARS]
    is_known = parse_number(written) is not None or parse_time(written) is not None
    return written if is_known else ""


def _parse_shown(names: list[str]) -> tuple[str, ...]:
    """The issue score is shown anyway."""
    return tuple(name for name in SHOWN_COLUMNS if name in names and name != WORST_FIRST)


def _one_of(text: str, known: Mapping[str, Any], usual: str) -> str:
    return text if text in known else usual


def _can_sort(name: str, positions: set[int]) -> bool:
    if name in SHOWN_COLUMNS or name in OF_ROWS:
        return True
    return name[:1] == "c" and _parse_position(name[1:], positions) is not None


def _parse_position(text: str, known: set[int]) -> int | None:
    position = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else -1
    return position if position in known else None


def _parse_number(text: str) -> int:
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 10 else 1


def _parse_limits(params: QueryDict, prefix: str) -> tuple[tuple[str, float], ...]:
    found = []
    for column in SHOWN_COLUMNS.values():
        value = _parse_float(params.get(prefix + column.name, ""))
        if column.is_number and value is not None:
            found.append((column.name, value))
    return tuple(found)


def _parse_float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None
