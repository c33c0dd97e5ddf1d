"""A small transformer as ONNX: the bundled MiniLM, or a folder of the operator's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from onnxruntime import OrtValue
from tokenizers import Tokenizer

from automl.features.built_in import BUNDLED, MODEL, TOKENIZER
from automl.features.sentence_encoder import SentenceEncoder, hash_parts, scale_to_one
from automl.threads import thread_count

# Where sentence-transformers keeps how the vectors of tokens become one; there need not be any.
POOLING = "1_Pooling/config.json"
MAX_TOKENS = 512


class OnnxEncoder(SentenceEncoder):
    """A folder with `model.onnx` and `tokenizer.json`.

    The graph takes `input_ids` of one text and, if it asks for them, `attention_mask` and
    `token_type_ids`. Its first output is (1, n_dimensions), or (1, n_tokens, n_dimensions), of
    which the mean is taken, or the first token's where the pooling file says so.

    Parameters
    ----------
    weights : what takes the place of the graph's own numbers, by their names in the graph.
    """

    def __init__(self, folder: Path, *, weights: Mapping[str, np.ndarray] | None = None) -> None:
        paths = [folder / name for name in (MODEL, TOKENIZER, POOLING)]
        contents = [path.read_bytes() for path in paths if path.exists()]
        replaced = sorted((weights or {}).items())
        # The session does not copy them.
        self._replaced = {name: OrtValue.ortvalue_from_numpy(array) for name, array in replaced}
        self.identity = hash_parts([*contents, *(part for w in replaced for part in _bytes(w))])
        self._session = _open_session(contents[0], self._replaced)
        self._inputs = {value.name for value in self._session.get_inputs()}
        self._tokenizer = _open_tokenizer(contents[1])
        self._takes_first = len(contents) > 2 and _takes_first(contents[2])
        # A graph need not say how long its vectors are.
        self.n_dimensions = len(self._encode_one("text"))

    def _encode_one(self, text: str) -> np.ndarray:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        given = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        used = {name: value for name, value in given.items() if name in self._inputs}
        output: np.ndarray = self._session.run(None, used)[0][0]
        if output.ndim > 1:
            output = output[0] if self._takes_first else output.mean(axis=0)
        return scale_to_one(output)


@cache
def bundled_encoder() -> OnnxEncoder:
    """The encoder that ships with the product, loaded once a process."""
    return OnnxEncoder(BUNDLED)


def bundled_tokenizer() -> Tokenizer:
    return _open_tokenizer((BUNDLED / TOKENIZER).read_bytes())


def _bytes(weight: tuple[str, np.ndarray]) -> tuple[bytes, bytes]:
    name, numbers = weight
    return name.encode(), numbers.tobytes()


def _open_session(model: bytes, replaced: Mapping[str, OrtValue]) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = thread_count(), 1
    for name, numbers in replaced.items():
        options.add_initializer(name, numbers)
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _open_tokenizer(content: bytes) -> Tokenizer:
    tokenizer = Tokenizer.from_buffer(content)
    tokenizer.no_padding()
    if tokenizer.truncation is None:
        tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def _takes_first(pooling: bytes) -> bool:
    return bool(json.loads(pooling).get("pooling_mode_cls_token", False))
