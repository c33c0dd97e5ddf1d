"""How operations that answer with a file are described."""

from collections.abc import Iterable
from typing import Any


def described_file(content_types: Iterable[str]) -> dict[Any, Any]:
    """For `openapi_extra`: the types that the file may have."""
    types = {content_type.partition(";")[0] for content_type in content_types}
    schema = {"schema": {"type": "string", "format": "binary"}}
    return {"responses": {200: {"content": dict.fromkeys(sorted(types), schema)}}}
