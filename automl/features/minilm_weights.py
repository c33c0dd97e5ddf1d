"""The numbers inside the bundled text encoder: read as they are, written as its graph wants them.

Matrices are kept as 7-bit codes with one scale a column; see automl/features/minilm/build.py.
Needs the `onnx` package, which predicting does not: imported only where a network is tuned.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import numpy_helper

from automl.features.built_in import BUNDLED, MODEL

CODES, SCALES, ZERO_POINT = "_quantized", "_scale", "_zero_point"
TOKENS, TOKEN_SCALES = "token_codes", "token_scales"
MAX_CODE = 64
SMALLEST = 1e-12

Weights = dict[str, np.ndarray]


def read_bundled_weights() -> Weights:
    """Every matrix, bias and norm of the graph by its name there, float32.

    Matrices are (n inputs, n outputs); `token_codes` is the table of token vectors.
    """
    graph = onnx.load(str(BUNDLED / MODEL)).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    weights = {}
    for name, numbers in stored.items():
        if name == TOKENS:
            weights[name] = numbers * stored[TOKEN_SCALES]
        elif name.endswith(CODES):
            matrix = name.removesuffix(CODES)
            weights[matrix] = numbers * stored[matrix + SCALES]
        elif numbers.dtype == np.float32 and not name.endswith((SCALES, TOKEN_SCALES)):
            weights[name] = numbers
    return weights


def to_graph_arrays(weights: Weights) -> Weights:
    """What stands in the graph for these weights: codes and scales of matrices, others as is."""
    arrays = {}
    for name, numbers in weights.items():
        if numbers.ndim == 2:
            scales = np.maximum(np.abs(numbers).max(axis=0), SMALLEST) / MAX_CODE
            codes = np.clip(np.round(numbers / scales), -MAX_CODE, MAX_CODE)
            arrays[name + CODES] = codes.astype(np.int8)
            arrays[name + SCALES] = scales.astype(np.float32)
        else:
            arrays[name] = numbers.astype(np.float32)
    return arrays
