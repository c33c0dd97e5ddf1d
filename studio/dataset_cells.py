"""Request side: one column of a dataset, as text or as what its cells say; without pandas."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from automl.arrow_arrays import make_float_array, make_float_scalar, make_text_scalar
from automl.schema import DATETIME, NUMERIC
from automl.values import parse_number, parse_time
from studio.files import local_path
from studio.models import Cleanset
from studio.parquet_reading import open_parquet, read_columns

NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
BATCH_ROWS = 10_000
MICROSECONDS = 1e6
# `2024-03-31`: as the end of a range it means the whole day.
DATE_CHARS = 10
DAY_SECONDS = 86_400


def dataset_path(cleanset: Cleanset) -> Path:
    stored = cleanset.project.dataset.table_file
    assert stored is not None
    return local_path(stored)


def column_kind(cleanset: Cleanset, position: int) -> str:
    profiles = cleanset.project.dataset.profiles
    return next((p["kind"] for p in profiles if p["position"] == position), "")


def read_words(cleanset: Cleanset, position: int) -> Any:
    """One array of the different cells and where they stand; an empty cell is ""."""
    name = f"c{position}"
    with open_parquet(dataset_path(cleanset), read_dictionary=[name]) as file:
        cells = file.read(columns=[name], use_threads=False).column(0)
    if cells.null_count:
        cells = pc.dictionary_encode(pc.fill_null(pc.cast(cells, pa.string()), _text("")))
    return cells.unify_dictionaries().combine_chunks()


def read_values(cleanset: Cleanset, position: int) -> Any:
    """Numbers; of times the seconds since 1970. What is none, or infinite, is null."""
    read = _read_times if column_kind(cleanset, position) == DATETIME else _cast_numbers
    with open_parquet(dataset_path(cleanset)) as file:
        # In parts: as text the cells take several times the memory.
        batches = file.iter_batches(BATCH_ROWS, columns=[f"c{position}"], use_threads=False)
        return pa.chunked_array([_to_values(batch.column(0), read) for batch in batches])


def read_numbers(cells: Any) -> Any:
    """Texts as numbers; what is none, or infinite, is null."""
    return _to_values(cells, _cast_numbers)


def read_times(cells: Any) -> Any:
    """Texts as seconds since 1970; what is no time is null."""
    return _to_values(cells, _read_times)


def read_sortable(cleanset: Cleanset, position: int) -> Any:
    """As numbers or times where the column has them; what is none comes last."""
    if column_kind(cleanset, position) in {NUMERIC, DATETIME}:
        return read_values(cleanset, position)
    return read_text(cleanset, position)


def read_text(cleanset: Cleanset, position: int) -> Any:
    return read_columns(dataset_path(cleanset), [f"c{position}"]).column(0)


def parse_limit(text: str, kind: str, *, is_upper: bool = False) -> float | None:
    """A limit of a range as somebody wrote it, on the scale of `read_values`; None: unreadable."""
    if kind != DATETIME:
        return parse_number(text)
    seconds = parse_time(text)
    is_day = is_upper and len(text.strip()) <= DATE_CHARS
    if seconds is None or not is_day:
        return seconds
    return math.nextafter(seconds + DAY_SECONDS, 0)


def _to_values(cells: Any, read: Callable[[Any], Any]) -> Any:
    values = read(_drop_where(pc.equal(cells, _text("")), cells))
    return pc.if_else(pc.is_finite(values), values, make_float_scalar(None))


def _cast_numbers(cells: Any) -> Any:
    try:
        return pc.cast(cells, pa.float64())
    except pa.ArrowInvalid:
        # Some cell is no number; looking at each costs ten times as much.
        readable = _drop_where(pc.invert(pc.match_substring_regex(cells, NUMBER)), cells)
        return pc.cast(pc.utf8_trim_whitespace(readable), pa.float64())


def _read_times(cells: Any) -> Any:
    try:
        moments = pc.cast(cells, pa.timestamp("us"))
    except pa.ArrowInvalid:
        return _parse_times(cells)
    seconds = pc.cast(pc.cast(moments, pa.int64()), pa.float64())
    return pc.divide(seconds, make_float_scalar(MICROSECONDS))


def _parse_times(cells: Any) -> Any:
    """Each different cell once: other ways to write a date, and time zones."""
    encoded = cells.dictionary_encode()
    seconds = [parse_time(cell) for cell in encoded.dictionary.to_pylist()]
    return make_float_array(seconds).take(encoded.indices)


def _drop_where(mask: Any, cells: Any) -> Any:
    return pc.if_else(mask, _text(None), cells)


def _text(cell: str | None) -> pa.StringScalar:
    return make_text_scalar(cell)
