"""How one cell is read as a number or a time: the same at training and at prediction."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

BOOLEAN_WORDS = frozenset(
    {"true", "false", "t", "f", "yes", "no", "y", "n", "0", "1", "1.0", "0.0"}
)
_NUMBER_STARTS = frozenset("+-.0123456789")
_INFINITE = {"inf": math.inf, "infinity": math.inf}
_DATE_FORMATS = ("%Y/%m/%d", "%d.%m.%Y", "%m/%d/%Y")
MAX_NUMBER_CHARS = 400
# From so many cells on it is faster to read them at once; single rows are answered in milliseconds.
_MANY = 300
# What Arrow reads at once, to the same last digit; other cells are looked at one by one.
_PLAIN_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"


def parse_number(cell: str) -> float | None:
    """The number that a cell is, or None.

    ASCII digits only: `float` would also take other scripts' digits and underscores, and words
    such as "nan", which here are words.
    """
    text = cell.strip()
    if not text.isascii() or "_" in text or len(text) > MAX_NUMBER_CHARS:
        return None
    if text[:1] not in _NUMBER_STARTS:
        return _INFINITE.get(text.lower())
    try:
        return float(text)
    except ValueError:
        return None


def parse_finite(cell: str) -> float | None:
    """The number that a cell is, if it is one that can be learned from."""
    number = parse_number(cell)
    return number if number is not None and math.isfinite(number) else None


def parse_numbers(column: pa.ChunkedArray | pa.Array) -> tuple[np.ndarray, int]:
    """A column as float64, with NaN where a cell is empty, infinite or no number.

    Returns
    -------
    values : (N,) float64
    n_unread : how many cells that are not empty could not be read as a finite number
    """
    cells = distinct_cells(column)
    numbers = read_numbers(cells.dictionary)
    return numbers[cells.codes], int(cells.counts[cells.is_unread(numbers)].sum())


def read_numbers(values: pa.StringArray) -> np.ndarray:
    """(n,) float64: each cell as a finite number, else NaN; as `parse_finite` does it."""
    return _read_at_once(values) if len(values) >= _MANY else _read_one_by_one(values)


def _read_one_by_one(values: pa.StringArray) -> np.ndarray:
    return np.array([_finite(value) for value in values.to_pylist()], dtype=np.float64)


def _read_at_once(values: pa.StringArray) -> np.ndarray:
    is_short = pc.less_equal(pc.binary_length(values), MAX_NUMBER_CHARS)
    is_plain = pc.and_(is_short, pc.match_substring_regex(values, _PLAIN_NUMBER))
    plain = pc.if_else(is_plain, values, pa.scalar(None, pa.string()))
    numbers = np.array(pc.cast(plain, pa.float64()).to_numpy(zero_copy_only=False))
    others = np.flatnonzero(~is_plain.to_numpy(zero_copy_only=False))
    numbers[others] = _read_one_by_one(values.take(pa.array(others)))
    return np.where(np.isfinite(numbers), numbers, np.nan)


def read_times(values: pa.StringArray) -> np.ndarray:
    """(n,) float64: each cell as seconds since 1970 in UTC, else NaN."""
    times = (parse_time(value) for value in values.to_pylist())
    return np.array([math.nan if t is None else t for t in times], dtype=np.float64)


def parse_time(cell: str) -> float | None:
    """Seconds since 1970 in UTC of an ISO, Y/m/d, d.m.Y or m/d/Y cell, or None."""
    text = cell.strip()
    if not 8 <= len(text) <= 40 or not text[:1].isdigit():
        return None
    try:
        return _seconds(datetime.fromisoformat(text))
    except ValueError:
        pass
    for pattern in _DATE_FORMATS:
        try:
            return _seconds(datetime.strptime(text, pattern).replace(tzinfo=UTC))
        except ValueError:
            continue
    return None


@dataclass(frozen=True)
class DistinctCells:
    """A column as what occurs in it, in order of appearance ("" for null), and where.

    Attributes
    ----------
    dictionary : (n,) distinct cells.
    codes : (N,) int32, the place in `dictionary` of each row.
    """

    dictionary: pa.StringArray
    codes: np.ndarray

    @cached_property
    def values(self) -> list[str]:
        """The distinct cells."""
        texts: list[str] = self.dictionary.to_pylist()
        return texts

    @property
    def counts(self) -> np.ndarray:
        """(n,) int64 rows of each."""
        return np.bincount(self.codes, minlength=len(self.dictionary))

    def is_unread(self, numbers: np.ndarray) -> np.ndarray:
        """(n,) bool: not empty, and yet NaN in what was read of each."""
        if len(self.dictionary) < _MANY:
            is_filled = np.array([value != "" for value in self.values], dtype=bool)
        else:
            is_filled = pc.not_equal(self.dictionary, "").to_numpy(zero_copy_only=False)
        return np.isnan(numbers) & is_filled


def distinct_cells(column: pa.ChunkedArray | pa.Array) -> DistinctCells:
    encoded = encode_cells(column)
    return DistinctCells(encoded.dictionary, encoded.indices.to_numpy())


def encode_cells(column: pa.ChunkedArray | pa.Array) -> pa.DictionaryArray:
    """The same column, so that its distinct cells are at hand whoever asks for them."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(whole.type):
        if not whole.null_count:
            return whole
        whole = whole.cast(pa.string())
    return pc.dictionary_encode(pc.fill_null(whole, "") if whole.null_count else whole)


def count_values(column: pa.ChunkedArray | pa.Array) -> tuple[list[str], list[int]]:
    """Distinct cells ("" for null) and how often each occurs, in order of appearance."""
    filled = pc.fill_null(column, "")
    pairs = pc.value_counts(filled)
    return pairs.field(0).to_pylist(), pairs.field(1).to_pylist()


def _finite(cell: str) -> float:
    number = parse_finite(cell)
    return math.nan if number is None else number


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
