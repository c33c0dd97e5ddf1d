"""Optional libraries: whether this machine has them, without loading them."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

TRANSFORMER = ("torch", "onnx")


@cache
def has_transformer_extra() -> bool:
    """Whether texts can be learned by a fine-tuned transformer here (pyproject.toml)."""
    return all(find_spec(name) is not None for name in TRANSFORMER)
