"""The registry of text encoders: which there are, which fits a column, and finding one again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pyarrow as pa

from automl.errors import InputError
from automl.features.language import is_english
from automl.features.multilingual_encoder import multilingual_encoder
from automl.features.onnx_encoder import OnnxEncoder, bundled_encoder, is_onnx_folder
from automl.features.sentence_encoder import SentenceEncoder
from automl.features.static_encoder import static_encoder
from automl.features.text import read_texts
from automl.features.transformers_encoder import TransformersEncoder
from automl.schema import TEXT, Schema

# More different texts than this, and the bundled transformer would read them for a quarter of an
# hour or more.
BULK_TEXTS = 200_000

BUILT_IN: dict[str, Callable[[], SentenceEncoder]] = {
    "minilm": bundled_encoder,
    "multilingual": multilingual_encoder,
    "static": static_encoder,
}


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
            return static_encoder()
        return bundled_encoder() if is_english(distinct) else multilingual_encoder()

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
        for encoder in self._all():
            if identity in ("", encoder.identity):
                return encoder
        raise InputError(
            "OTHER_TEXT_ENCODER",
            "This model was trained with a text encoder that this server does not have. Re-train "
            "it, or ask the operator to set TEXT_ENCODER as it was.",
        )

    def has(self, identity: str) -> bool:
        return any(identity == encoder.identity for encoder in self._all())

    def of(self, schema: Schema) -> dict[int, SentenceEncoder]:
        """The encoder of each text column, by its place in the schema."""
        columns = enumerate(schema.columns)
        return {i: self.find(column.text_encoder) for i, column in columns if column.kind == TEXT}

    def _all(self) -> Iterator[SentenceEncoder]:
        yield from (load() for load in BUILT_IN.values())
        if self.named:
            yield load_named(self.named)


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
        return OnnxEncoder(folder) if is_onnx_folder(folder) else TransformersEncoder(name)
    except Exception as error:
        # Whatever the libraries raise at files that they cannot read.
        raise InputError(
            "NO_TEXT_ENCODER",
            "The text encoder of this server cannot be loaded. Ask the operator to look at the "
            "setting TEXT_ENCODER.",
        ) from error
