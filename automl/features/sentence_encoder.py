"""Texts to vectors of their meaning: a small transformer as ONNX; no torch, no model hub."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from automl.errors import InputError
from automl.progress import Progress, ignore_progress

BUNDLED = Path(__file__).parent / "minilm"
MAX_CHARS = 2_000
REPORTED_EVERY = 200


class SentenceEncoder:
    """A folder with `model.onnx` (token ids of one text -> its vector) and `tokenizer.json`.

    One text a call: 8-bit activations are scaled by what is in the call, so in a batch the vector
    of a text would depend on its neighbours.

    Attributes
    ----------
    identity : hash of both files; vectors are comparable only where it is equal.
    n_dimensions : length of a vector.
    """

    def __init__(self, folder: Path) -> None:
        contents = [(folder / name).read_bytes() for name in ("model.onnx", "tokenizer.json")]
        self.identity = hashlib.sha256(b"".join(contents)).hexdigest()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            contents[0], options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_buffer(contents[1])
        self.n_dimensions = int(self._session.get_outputs()[0].shape[-1])

    def encode(self, texts: list[str], *, progress: Progress = ignore_progress) -> np.ndarray:
        """Vectors of length 1, equal texts once; an empty text has the zero vector.

        Returns
        -------
        (N, n_dimensions) float32, rounded to 16 bits so that stored and fresh vectors are equal.
        """
        distinct = sorted({text[:MAX_CHARS] for text in texts})
        vectors = np.zeros((len(distinct), self.n_dimensions), dtype=np.float32)
        for i, text in enumerate(distinct):
            if text.strip():
                vectors[i] = self._encode_one(text)
            if i % REPORTED_EVERY == 0:
                progress("Reading the meaning of texts", i, len(distinct))
        places = {text: i for i, text in enumerate(distinct)}
        order = np.array([places[text[:MAX_CHARS]] for text in texts], dtype=np.int64)
        return vectors.astype(np.float16).astype(np.float32)[order]

    def _encode_one(self, text: str) -> np.ndarray:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        vector: np.ndarray = self._session.run(None, {"input_ids": ids})[0][0]
        return vector


@cache
def bundled_encoder() -> SentenceEncoder:
    """The encoder that ships with the product, loaded once a process."""
    return SentenceEncoder(BUNDLED)


def check_encoder(identity: str) -> None:
    """Refuse vectors of another encoder than the one that runs here."""
    if identity != bundled_encoder().identity:
        raise InputError(
            "OTHER_TEXT_ENCODER",
            "This model was trained with another text encoder than the one of this server. "
            "Re-train it.",
        )
