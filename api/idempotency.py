"""A request that is sent again, because its answer got lost, makes nothing twice."""

from uuid import uuid4

from ninja import HeaderEx, P

MAX_CHARS = 64
IdempotencyKey = HeaderEx[
    str,
    P(
        default="",
        alias="Idempotency-Key",
        max_length=MAX_CHARS,
        description="The same key gives what it gave before; any text of your choice.",
    ),
]


def or_new(key: str) -> str:
    return key or uuid4().hex
