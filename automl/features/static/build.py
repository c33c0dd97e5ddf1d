"""Makes the static text encoder's table from the bundled transformer.

    python build.py ../minilm .

The method is Model2Vec's (Tulkens and van Dongen, Minish Lab, 2024): the transformer reads each
token of its vocabulary alone, principal components make the vectors shorter, and a token counts
the more the rarer it is (Zipf: the vocabulary is in order of frequency). One byte a number, one
scale a token. Two runs give equal bytes.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

N_DIMENSIONS = 256


def read_tokens(folder: Path) -> np.ndarray:
    """(n_tokens, n) float64: what the transformer makes of each token between its end marks."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(folder / "model.onnx", options)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    start, end = tokenizer.encode("").ids
    rows = []
    for token in range(tokenizer.get_vocab_size()):
        ids = np.array([[start, token, end]], dtype=np.int64)
        rows.append(session.run(None, {"input_ids": ids})[0][0])
    return np.array(rows, dtype=np.float64)


def shorten(vectors: np.ndarray) -> np.ndarray:
    """Principal components, the largest first; the largest entry of each direction is positive."""
    centered = vectors - vectors.mean(axis=0)
    directions = np.linalg.eigh(centered.T @ centered)[1][:, ::-1][:, :N_DIMENSIONS]
    largest = directions[np.abs(directions).argmax(axis=0), np.arange(N_DIMENSIONS)]
    shortened: np.ndarray = centered @ (directions * np.sign(largest))
    return shortened


def weigh(vectors: np.ndarray) -> np.ndarray:
    ranks = np.arange(len(vectors))
    weighted: np.ndarray = vectors * np.log(2 + ranks)[:, None]
    return weighted


def main(source: Path, target: Path) -> None:
    vectors = weigh(shorten(read_tokens(source)))
    scales = (np.abs(vectors).max(axis=1, keepdims=True) / 127).astype(np.float32)
    codes = np.round(vectors / scales).astype(np.int8)
    np.savez(target / "table.npz", codes=codes, scales=scales)
    digest = hashlib.sha256((target / "table.npz").read_bytes()).hexdigest()
    (target / "SHA256SUMS").write_text(f"{digest}  table.npz\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
