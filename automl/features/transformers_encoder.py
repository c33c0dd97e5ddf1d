"""Any encoder that sentence-transformers can load from this machine, where it is installed."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import numpy as np

from automl.features.sentence_encoder import SentenceEncoder, hash_parts, scale_to_one
from automl.threads import thread_count

LIBRARY = "sentence_transformers"


class TransformersEncoder(SentenceEncoder):
    """A name or folder that `SentenceTransformer` knows; nothing is ever downloaded.

    Weights must be safetensors (the older files can run code), and code that comes with weights
    is not run.
    """

    def __init__(self, name: str) -> None:
        # Read when the library is imported.
        os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
        import_module("torch").set_num_threads(thread_count())
        model = import_module(LIBRARY).SentenceTransformer(
            name,
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
        # Weights may be stored in 16 bits, which processors without such arithmetic read slowly.
        self._model: Any = model.float()
        self.identity = _hash_model(self._model)
        self.n_dimensions = len(self._encode_one("text"))

    def _encode_one(self, text: str) -> np.ndarray:
        vectors: np.ndarray = self._model.encode([text], show_progress_bar=False)
        return scale_to_one(vectors[0].astype(np.float32))


def _hash_model(model: Any) -> str:
    """Of the modules, the tokenizer and all weights, by name."""
    weights = sorted(model.state_dict().items())
    return hash_parts(
        [
            repr(model).encode(),
            model.tokenizer.backend_tokenizer.to_str().encode(),
            *(part for name, value in weights for part in (name.encode(), value.numpy().tobytes())),
        ]
    )
