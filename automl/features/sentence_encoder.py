"""Texts to vectors of their meaning: what every text encoder has in common."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable

import numpy as np

from automl.progress import Progress, ignore_progress

MAX_CHARS = 2_000
REPORTED_EVERY = 200
CLOSE = 1e-3


class SentenceEncoder(ABC):
    """One text a call: in a batch, sums and scales would depend on the texts beside it.

    Attributes
    ----------
    identity : hash of all that makes the vectors; they are comparable only where it is equal.
    n_dimensions : length of a vector.
    """

    identity: str
    n_dimensions: int

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

    @abstractmethod
    def _encode_one(self, text: str) -> np.ndarray:
        """(n_dimensions,) of length 1, or all zero where nothing in the text is known."""


def hash_parts(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def scale_to_one(vector: np.ndarray) -> np.ndarray:
    """A vector that has length 1 already, or 0, stays as it is to the last bit."""
    length = float(np.linalg.norm(vector))
    return vector if length == 0 or abs(length - 1) < CLOSE else vector / length
