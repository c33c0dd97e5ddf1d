"""What each column of a table holds, told from one pass over its batches."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from automl.problem import parse_label_set
from automl.schema import (
    BOOLEAN,
    CATEGORICAL,
    CONSTANT,
    DATETIME,
    EMPTY,
    IDENTIFIER,
    NUMERIC,
    TEXT,
)
from automl.values import BOOLEAN_WORDS, count_values, parse_number, parse_time

MAX_COUNTED = 1000
MAX_DISTINCT = 100_000
MAX_EXAMPLE_CHARS = 120
MIN_IDENTIFIER_ROWS = 20
MIN_TEXT_WORDS = 3.0
MIN_TEXT_DISTINCT_SHARE = 0.5
# customerId, customerID; but neither paid nor BID.
_CAMEL_ID = re.compile(r"[a-z0-9]I[dD]$")


class TableProfiler:
    """Profiles of all columns, built batch by batch in bounded memory.

    Parameters
    ----------
    columns : names, in the order of the batches' columns.
    """

    def __init__(self, columns: list[str]) -> None:
        self._columns = [ColumnProfiler(name, i) for i, name in enumerate(columns)]

    def add(self, batch: pa.RecordBatch) -> None:
        for profiler, column in zip(self._columns, batch.columns, strict=True):
            profiler.add(*count_values(column))

    def finish(self) -> list[dict[str, Any]]:
        """One JSON-able dictionary a column; see `ColumnProfiler.finish`."""
        return [profiler.finish() for profiler in self._columns]


class ColumnProfiler:
    def __init__(self, name: str, position: int) -> None:
        self.name, self.position = name, position
        self.n_rows = self.n_missing = self.n_chars = self.n_words = 0
        self.examples: list[str] = []
        self.distinct: set[int] = set()
        self.counts: Counter[str] | None = Counter()
        self.set_counts: Counter[str] | None = Counter()
        self.n_with_comma = 0
        # Each test holds until a cell fails it; an empty column passes none of them.
        self.could_be: dict[str, Callable[[str], bool]] = {
            BOOLEAN: _is_boolean,
            "integer": _is_integer,
            NUMERIC: _is_number,
            DATETIME: _is_time,
        }
        self.has_thousands = True

    def add(self, values: list[str], counts: list[int]) -> None:
        for value, count in zip(values, counts, strict=True):
            self.n_rows += count
            if value:
                self._add_value(value, count)
            else:
                self.n_missing += count

    def _add_value(self, value: str, count: int) -> None:
        if len(self.examples) < 3 and value[:MAX_EXAMPLE_CHARS] not in self.examples:
            self.examples.append(value[:MAX_EXAMPLE_CHARS])
        if len(self.distinct) <= MAX_DISTINCT:
            self.distinct.add(hash(value))
        self.n_chars += len(value) * count
        self.n_words += (value.count(" ") + 1) * count
        self.could_be = {kind: test for kind, test in self.could_be.items() if test(value)}
        self.has_thousands = self.has_thousands and _has_thousands(value)
        self.counts = _count_up(self.counts, [value], count)
        self._add_label_set(value, count)

    def _add_label_set(self, value: str, count: int) -> None:
        if self.set_counts is None:
            return
        if "," in value:
            self.n_with_comma += count
        self.set_counts = _count_up(self.set_counts, parse_label_set(value), count)

    def finish(self) -> dict[str, Any]:
        """The profile.

        Returns
        -------
        dict with name, position, kind, label_type, n_missing, n_distinct (None: more than
        100,000), examples, value_counts and label_set_counts (None: more than 1,000 different),
        looks_multi_label, mean_chars, mean_words and note (why a column is of no use, or a hint).
        """
        n_distinct = len(self.distinct) if len(self.distinct) <= MAX_DISTINCT else None
        kind = self._kind()
        return {
            "name": self.name,
            "position": self.position,
            "kind": kind,
            "label_type": self._label_type(),
            "n_missing": self.n_missing,
            "n_distinct": n_distinct,
            "examples": self.examples,
            "value_counts": _as_pairs(self.counts),
            "label_set_counts": _as_pairs(self.set_counts),
            "looks_multi_label": self._looks_multi_label(),
            "mean_chars": round(self.n_chars / max(self._n_filled, 1), 1),
            "mean_words": round(self._mean_words, 1),
            "note": self._note(kind),
        }

    @property
    def _n_filled(self) -> int:
        return self.n_rows - self.n_missing

    @property
    def _mean_words(self) -> float:
        return self.n_words / max(self._n_filled, 1)

    def _kind(self) -> str:
        if not self._n_filled:
            return EMPTY
        if len(self.distinct) == 1 and not self.n_missing:
            return CONSTANT
        is_unique = len(self.distinct) == self._n_filled >= MIN_IDENTIFIER_ROWS
        if NUMERIC in self.could_be:
            is_id = is_unique and "integer" in self.could_be and _is_id_name(self.name)
            return IDENTIFIER if is_id else NUMERIC
        if BOOLEAN in self.could_be and len(self.distinct) <= 2:
            return BOOLEAN
        if DATETIME in self.could_be:
            return DATETIME
        if self._is_text():
            return TEXT
        return IDENTIFIER if is_unique and self._mean_words < 1.5 else CATEGORICAL

    def _is_text(self) -> bool:
        share = min(len(self.distinct), MAX_DISTINCT) / self._n_filled
        is_varied = share > MIN_TEXT_DISTINCT_SHARE or len(self.distinct) > MAX_COUNTED
        return is_varied and self._mean_words >= MIN_TEXT_WORDS

    def _label_type(self) -> str:
        if BOOLEAN in self.could_be and len(self.distinct) <= 2 and "integer" not in self.could_be:
            return "boolean"
        if "integer" in self.could_be:
            return "integer"
        return "float" if NUMERIC in self.could_be else "string"

    def _looks_multi_label(self) -> bool:
        """Some cells are lists, and their parts repeat far more than the cells do."""
        if not self.n_with_comma or self.set_counts is None or NUMERIC in self.could_be:
            return False
        n_parts = len(self.set_counts)
        return n_parts <= max(len(self.distinct), 1) and n_parts * 3 <= self._n_filled

    def _note(self, kind: str) -> str:
        if kind == EMPTY:
            return "every cell is empty"
        if kind == CONSTANT:
            return "every row has the same value"
        if kind == IDENTIFIER:
            return "every value occurs once, like a number that names the row"
        if self.has_thousands and self._n_filled:
            return "numbers with thousands separators are read as words"
        return ""


def _count_up(counts: Counter[str] | None, values: Any, count: int) -> Counter[str] | None:
    """Count until there are too many different values to be classes."""
    if counts is None:
        return None
    for value in values:
        counts[value] += count
    return counts if len(counts) <= MAX_COUNTED else None


def _as_pairs(counts: Counter[str] | None) -> list[list[Any]] | None:
    return None if counts is None else [[value, count] for value, count in counts.most_common()]


def _is_boolean(value: str) -> bool:
    return value.strip().casefold() in BOOLEAN_WORDS


def _is_number(value: str) -> bool:
    return parse_number(value) is not None


def _is_integer(value: str) -> bool:
    text = value.strip().removeprefix("-").removeprefix("+")
    return text.isascii() and text.isdecimal()


def _is_time(value: str) -> bool:
    return parse_time(value) is not None


def _has_thousands(value: str) -> bool:
    parts = value.strip().split(",")
    return (
        len(parts) > 1
        and all(p.isascii() and p.isdecimal() for p in parts)
        and all(len(part) == 3 for part in parts[1:])
    )


def _is_id_name(name: str) -> bool:
    folded = name.casefold().replace("-", "_").replace(" ", "_")
    return (
        folded in {"id", "index", "key", "no", "nr", "row", "uuid"}
        or folded.endswith(("_id", "_key", "_no", "_nr", "uuid"))
        or _CAMEL_ID.search(name) is not None
    )
