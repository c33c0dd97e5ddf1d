"""The registry of text encoders: which there are, which fits a column, and finding one again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from typing import cast

import pyarrow as pa

from automl.errors import InputError
from automl.features.built_in import (
    BUILT_IN,
    MINILM,
    MODEL,
    MULTILINGUAL,
    STATIC_TABLE,
    TOKENIZER,
    built_in_identity,
    load_built_in,
)
from automl.features.language import is_english
from automl.features.sentence_encoder import SentenceEncoder
from automl.features.text import read_texts
from automl.schema import TEXT, Schema

# More different texts than this, and the bundled transformer would read them for a quarter of an
# hour or more.
BULK_TEXTS = 200_000

# What reads the encoder that an operator names; loaded when there is one.
FROM_FOLDER = "automl.features.onnx_encoder:OnnxEncoder"
FROM_LIBRARY = "automl.features.transformers_encoder:TransformersEncoder"


@dataclass(frozen=True)
class TextEncoders:
    """The encoders of this machine.

    Attributes
    ----------
    named : the operator's choice for new columns: a folder with an ONNX graph, or what
        sentence-transformers can load; empty: the fitting one of those that are built in.
    """

    named: str = ""

    def choose(self, texts: list[str]) -> SentenceEncoder:
        """For a column that has none yet."""
        if self.named:
            return load_named(self.named)
        distinct = set(texts)
        if len(distinct) > BULK_TEXTS:
            return load_built_in(STATIC_TABLE)
        return load_built_in(MINILM if is_english(distinct) else MULTILINGUAL)

    def decide(self, schema: Schema, read_table: Callable[[], pa.Table]) -> Schema:
        """An encoder for each text column of the table (c0.. in schema order) that has none here.

        The table is read only if there is such a column.
        """
        columns = list(schema.columns)
        undecided = [
            i for i, c in enumerate(columns) if c.kind == TEXT and not self.has(c.text_encoder)
        ]
        if not undecided:
            return schema
        table = read_table()
        for i in undecided:
            encoder = self.choose(read_texts(table.column(i)))
            columns[i] = replace(columns[i], text_encoder=encoder.identity)
        return Schema(tuple(columns))

    def find(self, identity: str) -> SentenceEncoder:
        """The encoder whose vectors these are; "" stands for the bundled one.

        Raises
        ------
        InputError
            `OTHER_TEXT_ENCODER` when it is not on this machine.
        """
        wanted = identity or built_in_identity(MINILM)
        for key in BUILT_IN:
            if wanted and wanted == built_in_identity(key):
                return load_built_in(key)
        if self.named and load_named(self.named).identity == wanted:
            return load_named(self.named)
        raise InputError(
            "OTHER_TEXT_ENCODER",
            "This model was trained with a text encoder that this server does not have. Re-train "
            "it, or ask the operator to set TEXT_ENCODER as it was.",
        )

    def has(self, identity: str) -> bool:
        known = [built_in_identity(key) for key in BUILT_IN]
        return identity in known or bool(self.named and load_named(self.named).identity == identity)

    def of(self, schema: Schema) -> dict[int, SentenceEncoder]:
        """The encoder of each text column, by its place in the schema."""
        columns = enumerate(schema.columns)
        return {i: self.find(column.text_encoder) for i, column in columns if column.kind == TEXT}


@cache
def load_named(name: str) -> SentenceEncoder:
    """A folder with an ONNX graph, else what sentence-transformers makes of the name.

    Raises
    ------
    InputError
        `NO_TEXT_ENCODER` when it cannot be loaded from this machine.
    """
    folder = Path(name)
    try:
        if is_onnx_folder(folder):
            return cast(SentenceEncoder, resolve_name(FROM_FOLDER)(folder))
        return cast(SentenceEncoder, resolve_name(FROM_LIBRARY)(name))
    except Exception as error:
        # Whatever the libraries raise at files that they cannot read.
        raise InputError(
            "NO_TEXT_ENCODER",
            "The text encoder of this server cannot be loaded. Ask the operator to look at the "
            "setting TEXT_ENCODER.",
        ) from error


def is_onnx_folder(folder: Path) -> bool:
    return all((folder / name).is_file() for name in (MODEL, TOKENIZER))
