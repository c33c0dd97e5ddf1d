"""Rows of a table as points, so that alike rows are near each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from automl.families.table_design import TableDesign
from automl.features.tabular import Numbers

MAX_DIMENSIONS = 64


@dataclass(frozen=True)
class RowPlaces:
    """Scaled numbers, one column a category, and the meaning of texts; wide ones projected.

    More than 64 columns are projected at random on 64 dimensions, which keeps distances but for a
    few hundredths (Johnson and Lindenstrauss, 1984).
    """

    design: TableDesign
    seed: int

    @classmethod
    def fit(cls, numbers: Numbers, *, seed: int) -> Self:
        return cls(TableDesign.fit(numbers.without_words()), seed)

    def place(self, numbers: Numbers) -> np.ndarray:
        """(N, at most 64) float32"""
        design = self.design.transform(numbers.without_words())
        if self.directions is None:
            return np.asarray(design.toarray(), dtype=np.float32)
        return np.asarray(design @ self.directions, dtype=np.float32)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Without the directions, which can be many and are drawn again."""
        design = self.design
        return {
            "center": design.center,
            "scale": design.scale,
            "n_codes": design.n_codes,
            "seed": np.array(self.seed),
            "first_direction": self._first_direction,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Self | None:
        """None where the seed does not draw the same directions any more."""
        design = TableDesign(arrays["center"], arrays["scale"], arrays["n_codes"])
        places = cls(design, int(arrays["seed"]))
        is_same = np.array_equal(places._first_direction, arrays["first_direction"])
        return places if is_same else None

    @property
    def _first_direction(self) -> np.ndarray:
        return np.empty(0) if self.directions is None else self.directions[0]

    @cached_property
    def directions(self) -> np.ndarray | None:
        """(n_columns, 64) float64, drawn by the seed; None where nothing needs to be projected."""
        n_columns = 2 * len(self.design.center) + int(self.design.n_codes.sum())
        if n_columns <= MAX_DIMENSIONS:
            return None
        rng = np.random.default_rng(self.seed)
        return rng.normal(size=(n_columns, MAX_DIMENSIONS)) / np.sqrt(MAX_DIMENSIONS)
