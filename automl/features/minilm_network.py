"""The bundled text encoder as a torch network whose weights can be tuned.

The same network as the graph of automl/features/minilm/build.py, with weights by the same names.
Imported only where a network is tuned.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from automl.features.minilm_weights import TOKENS, Weights, read_bundled_weights

LAYERS, HEADS, WIDTH = 6, 12, 384
EPSILON = 1e-12
NORM = "embeddings.LayerNorm"
# What a token is before anything has looked at its neighbours stays as it is: a training set
# knows few of the tokens, and the others must not be left behind.
FROZEN = (TOKENS, "places", f"{NORM}.weight", f"{NORM}.bias")


class MiniLmNetwork:
    """Token numbers of several texts -> the mean of what becomes of their tokens.

    Attributes
    ----------
    tuned : what training may change, by name; matrices are (n outputs, n inputs).
    """

    def __init__(self) -> None:
        read = read_bundled_weights()
        self._frozen = {name: torch.from_numpy(read.pop(name).copy()) for name in FROZEN}
        self.tuned: dict[str, Tensor] = {
            name: torch.from_numpy(_turned(w)).requires_grad_() for name, w in read.items()
        }

    def means(self, ids: Tensor, is_token: Tensor) -> Tensor:
        """(N, 384) float32 of (N, n tokens) numbers; `is_token` is False where a row is filled."""
        x = self._embed(ids)
        seen = None if bool(is_token.all()) else is_token[:, None, None, :]
        for i in range(LAYERS):
            x = self._layer(i, x, seen)
        counted = is_token[..., None].to(x.dtype)
        return ((x * counted).sum(dim=1) / counted.sum(dim=1)).float()

    def weights(self) -> Weights:
        """The tuned weights as the graph has them."""
        return {name: _turned(w.detach().numpy()) for name, w in self.tuned.items()}

    def _embed(self, ids: Tensor) -> Tensor:
        frozen = self._frozen
        summed = frozen[TOKENS][ids] + frozen["places"][: ids.shape[1]]
        norm = frozen[f"{NORM}.weight"], frozen[f"{NORM}.bias"]
        return functional.layer_norm(summed, (WIDTH,), *norm, EPSILON)

    def _layer(self, i: int, x: Tensor, seen: Tensor | None) -> Tensor:
        tuned, prefix = self.tuned, f"encoder.layer.{i}."
        qkv = functional.linear(x, tuned[f"{i}.qkv"], tuned[f"{i}.qkv_bias"])
        x = self._product(f"{prefix}attention.output", _attend(qkv, seen), x)
        inner = tuned[f"{prefix}intermediate.dense.matrix"], tuned[f"{i}.inner_bias"]
        active = functional.gelu(functional.linear(x, *inner))
        return self._product(f"{prefix}output", active, x)

    def _product(self, part: str, x: Tensor, skip: Tensor) -> Tensor:
        tuned = self.tuned
        product = functional.linear(x, tuned[f"{part}.dense.matrix"], tuned[f"{part}.dense.bias"])
        norm = tuned[f"{part}.LayerNorm.weight"], tuned[f"{part}.LayerNorm.bias"]
        return functional.layer_norm(product + skip, (WIDTH,), *norm, EPSILON)


def _attend(qkv: Tensor, seen: Tensor | None) -> Tensor:
    n_rows, n_tokens, _ = qkv.shape
    query, key, value = [
        part.view(n_rows, n_tokens, HEADS, WIDTH // HEADS).transpose(1, 2)
        for part in qkv.chunk(3, dim=-1)
    ]
    # Written out: on a processor torch's own function took twice as long to train.
    scores = query @ key.transpose(2, 3) / math.sqrt(WIDTH // HEADS)
    if seen is not None:
        scores = scores.masked_fill(~seen, -torch.inf)
    attended = functional.softmax(scores, dim=-1).to(value.dtype) @ value
    return attended.transpose(1, 2).reshape(n_rows, n_tokens, WIDTH)


def _turned(numbers: np.ndarray) -> np.ndarray:
    """A matrix turned: torch wants it the other way round. A copy, also of a bias."""
    return numbers.T.copy()
