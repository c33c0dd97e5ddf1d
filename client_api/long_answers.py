"""Answers of many rows, written while they are sent: JSON, in parts of it JSON within a string."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any, TypeVar

from django.http import StreamingHttpResponse

Part = TypeVar("Part")
encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# As pandas names the form of the table.
PANDAS_VERSION = "1.4.0"


def begin(parts: Iterator[Part]) -> Iterator[Part]:
    """Make the first part now: what is wrong by then is still an error in the right form."""
    return chain(list(islice(parts, 1)), parts)


def send(parts: Iterator[str]) -> StreamingHttpResponse:
    content = (part.encode(errors="replace") for part in parts)
    return StreamingHttpResponse(content, content_type="application/json")


def wrap(key: str, value: Iterable[str], **fields: Any) -> Iterator[str]:
    """An object with further `fields`, whose `key` has the JSON that comes in parts."""
    yield encode(fields)[:-1] + ("," if fields else "") + f"{encode(key)}:"
    yield from value
    yield "}"


def quote(parts: Iterable[str]) -> Iterator[str]:
    """The parts as one JSON string."""
    yield '"'
    for part in parts:
        yield encode(part)[1:-1]
    yield '"'


def write_records(parts: Iterable[list[Any]]) -> Iterator[str]:
    """A list of all that the parts have."""
    start = "["
    for part in parts:
        if part:
            yield start + encode(part)[1:-1]
            start = ","
    yield "]" if start == "," else "[]"


def write_table(fields: list[dict[str, str]], parts: Iterable[list[Any]]) -> Iterator[str]:
    """As pandas writes it with `orient="table"` and without an index."""
    schema = {"fields": fields, "pandas_version": PANDAS_VERSION}
    yield f'{{"schema":{encode(schema)},"data":'
    yield from write_records(parts)
    yield "}"
