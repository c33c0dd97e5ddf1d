"""How unlike anything in training a row is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa

from automl.features.embeddings import Embeddings
from automl.features.spaces import Encoder, TextFeatures
from automl.features.tabular import Numbers
from automl.row_places import RowPlaces

FILE = "novelty.npz"
MAX_REFERENCE_ROWS = 2_000
MIN_REFERENCE_ROWS = 20
N_NEAREST = 5
# Rows that are placed at a time, and of these rows that are compared at a time: 4 MB.
CHUNK_ROWS, COMPARED_ROWS = 10_000, 512
# Distances are differences of squares in 32 bits: of copies they come out as this share of the
# length of a row, or less.
ROUNDING = 2e-3


def choose_reference_rows(n_rows: int, *, seed: int) -> np.ndarray:
    """Positions of at most 2,000 rows, drawn by the seed, ascending."""
    n_chosen = min(n_rows, MAX_REFERENCE_ROWS)
    return np.sort(np.random.default_rng(seed).choice(n_rows, n_chosen, replace=False))


@dataclass(frozen=True)
class NoveltyReference:
    """Training rows that others are compared with.

    The score of a row is its mean distance to the five nearest of them (Kuan and Mueller, 2022),
    its percentile where that stands among the scores of the reference rows themselves, each
    without itself.

    Attributes
    ----------
    encoder : of a member of the predictor, so that what it reads need not be read again.
    places : of rows of tables; None of texts, whose places are their meaning.
    vectors : (n, n_dimensions) float32 (float16 of texts, which loses nothing).
    scores : (n,) float32 of these rows, ascending.
    """

    encoder: Encoder
    places: RowPlaces | None
    vectors: np.ndarray
    scores: np.ndarray

    @classmethod
    def fit(
        cls, encoder: Encoder, table: pa.Table, embeddings: Embeddings, *, seed: int
    ) -> Self | None:
        """Of at most 2,000 training rows (see `choose_reference_rows`); None of less than 20."""
        if table.num_rows < MIN_REFERENCE_ROWS:
            return None
        features = encoder.transform(table, embeddings)
        places = RowPlaces.fit(features, seed=seed) if isinstance(features, Numbers) else None
        vectors = _place(features, places)
        kept = vectors.astype(np.float16) if places is None else vectors
        reference = cls(encoder, places, kept, np.empty(0))
        return replace(reference, scores=np.sort(reference._score(vectors, is_self=True)))

    def percentiles(self, table: pa.Table, embeddings: Embeddings) -> np.ndarray:
        """(N,) float64, 0 to 100: 99.5 = farther from training than 99.5 % of training rows.

        Parameters
        ----------
        table : columns c0.. of text in the order of the schema.
        embeddings : of its texts.
        """
        return self.percentiles_of(self.encoder.transform(table, embeddings))

    def percentiles_of(self, features: Numbers | TextFeatures) -> np.ndarray:
        """The same of what `encoder` made of the rows."""
        if isinstance(features, TextFeatures):
            return self._rank(_place(features, None))
        parts = [
            self._rank(_place(features.take(np.arange(start, end)), self.places))
            for start, end in _chunks(features.n_rows, CHUNK_ROWS)
        ]
        return np.concatenate([np.empty(0), *parts])

    def _rank(self, vectors: np.ndarray) -> np.ndarray:
        lower = np.searchsorted(self.scores, self._score(vectors), side="left")
        return 100 * lower / len(self.scores)

    def _score(self, vectors: np.ndarray, *, is_self: bool = False) -> np.ndarray:
        """(N,) float32; of copies of reference rows exactly 0.

        `is_self`: these are the reference rows, and each is compared with the others.
        """
        scores = np.empty(len(vectors), dtype=np.float32)
        for start, end in _chunks(len(vectors), COMPARED_ROWS):
            part = vectors[start:end]
            squares = part @ self._wide.T
            squares *= -2
            squares += self._lengths
            # The length of the row itself changes no order: it is added to the nearest alone.
            if is_self:
                squares[np.arange(end - start), np.arange(start, end)] = np.inf
            squares.partition(N_NEAREST - 1, axis=1)
            nearest = squares[:, :N_NEAREST] + np.square(part).sum(axis=1, keepdims=True)
            scores[start:end] = np.sqrt(np.maximum(nearest, 0)).mean(axis=1)
        return np.where(scores <= self._rounding, 0, scores)

    @cached_property
    def _wide(self) -> np.ndarray:
        return self.vectors.astype(np.float32)

    @cached_property
    def _lengths(self) -> np.ndarray:
        """(n,) float32 squares of the lengths of the reference rows."""
        return np.square(self._wide).sum(axis=1)

    @property
    def _rounding(self) -> float:
        return ROUNDING * float(np.sqrt(self._lengths.mean()))

    def save(self, folder: Path) -> None:
        arrays: dict[str, Any] = {"vectors": self.vectors, "scores": self.scores}
        if self.places is not None:
            arrays |= self.places.to_arrays()
        np.savez(folder / FILE, **arrays)

    @classmethod
    def load(cls, folder: Path, *, encoder: Encoder) -> Self | None:
        """None for predictors from before there was a reference, or that cannot be read here."""
        path = folder / FILE
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as arrays:
            content = dict(arrays)
        is_table = "center" in content
        places = RowPlaces.from_arrays(content) if is_table else None
        if is_table and places is None:
            return None
        return cls(encoder, places, content["vectors"], content["scores"])


def _place(features: Numbers | TextFeatures, places: RowPlaces | None) -> np.ndarray:
    if isinstance(features, TextFeatures):
        return features.meaning.astype(np.float32, copy=False)
    assert places is not None
    return places.place(features)


def _chunks(n_rows: int, size: int) -> Iterator[tuple[int, int]]:
    for start in range(0, n_rows, size):
        yield start, min(start + size, n_rows)
