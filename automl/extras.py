"""Optional libraries: whether this machine has them, without loading them."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from automl.features.built_in import MINILM, built_in_identity
from automl.schema import Schema

TRANSFORMER = ("torch", "onnx")


@cache
def has_transformer_extra() -> bool:
    """Whether texts can be learned by a fine-tuned transformer here (pyproject.toml)."""
    return all(find_spec(name) is not None for name in TRANSFORMER)


def can_tune_transformer(schema: Schema) -> bool:
    """With the extra installed, and texts that the bundled encoder reads."""
    identity = schema.columns[0].text_encoder
    return has_transformer_extra() and identity in ("", built_in_identity(MINILM))
