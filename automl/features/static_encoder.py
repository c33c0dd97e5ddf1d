"""A vector a token, looked up: for more texts than a transformer can read in good time."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from automl.features.built_in import BUNDLED, STATIC, TABLE, TOKENIZER
from automl.features.sentence_encoder import SentenceEncoder, hash_parts, scale_to_one


class StaticEncoder(SentenceEncoder):
    """The mean of the vectors of a text's tokens (Model2Vec, Minish Lab, 2024).

    `table.npz` has `codes` (n_tokens, n_dimensions) int8 and `scales` (n_tokens, 1) float32; its
    rows are the tokens of the bundled transformer. See `static/build.py`.
    """

    def __init__(self, folder: Path = STATIC) -> None:
        tokenizer = (BUNDLED / TOKENIZER).read_bytes()
        self.identity = hash_parts([(folder / TABLE).read_bytes(), tokenizer])
        with np.load(folder / TABLE, allow_pickle=False) as arrays:
            self._codes, self._scales = arrays["codes"], arrays["scales"]
        self._tokenizer = Tokenizer.from_buffer(tokenizer)
        self._tokenizer.no_truncation()
        self._unknown = self._tokenizer.token_to_id("[UNK]")
        self.n_dimensions = int(self._codes.shape[1])

    def _encode_one(self, text: str) -> np.ndarray:
        ids = np.array(self._tokenizer.encode(text, add_special_tokens=False).ids, dtype=np.int64)
        ids = ids[ids != self._unknown]
        summed: np.ndarray = (self._codes[ids] * self._scales[ids]).sum(axis=0)
        return scale_to_one(summed)


@cache
def static_encoder() -> StaticEncoder:
    """The table that ships with the product, loaded once a process."""
    return StaticEncoder()
