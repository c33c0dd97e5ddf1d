"""Rows in the body of a request: `{"rows": [{column: value, ...}, ...]}`, read as files are."""

from __future__ import annotations

from typing import Any

from automl.errors import InputError
from automl.json_cells import JsonKeys
from automl.json_items import Item, decode_document
from automl.limits import Limits

SHAPE = 'Expected {"rows": [{column: value, ...}, ...]} and nothing beside it.'


def read_request_rows(body: bytes, *, max_rows: int) -> tuple[list[str], list[list[str | None]]]:
    """Column names, cleaned, and the cells of each row in their order; absent keys are None.

    Raises
    ------
    InputError
        `INVALID_JSON`, `ENCODING`, `WRONG_SHAPE`, `NO_ROWS`, `TOO_MANY_ROWS`, or whatever is
        wrong with a name or a cell.
    """
    rows = _find_rows(_decode(body))
    if not rows:
        raise InputError("NO_ROWS", "There are no rows in the request.")
    if len(rows) > max_rows:
        raise InputError(
            "TOO_MANY_ROWS",
            f"The request has {len(rows):,} rows; at most {max_rows:,} are answered at once. "
            "Upload a file for more.",
        )
    keys = JsonKeys(Limits())
    items = [Item(f"Row {i}", None, row, 0) for i, row in enumerate(rows, start=1)]
    for item in items:
        keys.add(item)
    return keys.check_names(), [keys.read_cells(item) for item in items]


def _decode(body: bytes) -> Any:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("ENCODING", "The request is not UTF-8.") from None
    if not text.strip():
        raise InputError("INVALID_JSON", f"The request is empty. {SHAPE}")
    return decode_document(text)


def _find_rows(document: Any) -> list[Any]:
    """Objects are tuples of pairs, so a key that is given twice is seen."""
    if isinstance(document, tuple) and len(document) == 1:
        name, rows = document[0]
        if name == "rows" and isinstance(rows, list):
            return rows
    raise InputError("WRONG_SHAPE", SHAPE)
