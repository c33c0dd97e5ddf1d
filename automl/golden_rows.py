"""A few training rows kept in a predictor with what it said of them: does it still say so?"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa

from automl.errors import InputError
from automl.schema import TEXT, Schema
from automl.versions import changed_versions

FILE = "golden_rows.json"
N_ROWS = 20
MAX_CELL_CHARS = 2_000
# Other processors and other builds of linear algebra were 1e-9 to 7e-8 apart.
TOLERANCE = 1e-6
# Vectors of texts are rounded to 16 bits: where single numbers fall to the other side, as on
# another processor, probabilities move by 3e-5, and by 2e-4 where all of them do.
TEXT_TOLERANCE = 1e-3
SHOWN_VERSIONS = 2


def choose_golden_rows(y: np.ndarray, *, seed: int) -> np.ndarray:
    """Positions of 20 rows, drawn by the seed: of every class one before any has two.

    Parameters
    ----------
    y : (N,) class indices or numbers, or (N, K) sets; what is equal counts as one class.

    Returns
    -------
    (20,) or fewer, ascending.
    """
    order = np.random.default_rng(seed).permutation(len(y))
    _, classes = np.unique(y[order], axis=0, return_inverse=True)
    by_class = np.argsort(classes, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(classes))[:-1]])
    turns = np.empty(len(y), dtype=np.int64)
    turns[by_class] = np.arange(len(y)) - starts[classes[by_class]]
    chosen: np.ndarray = np.sort(order[np.argsort(turns, kind="stable")[:N_ROWS]])
    return chosen


@dataclass(frozen=True)
class GoldenRows:
    """Rows of cells (c0.., long cells cut) and the (N, K) probabilities, or numbers, predicted."""

    table: pa.Table
    pred_probs: np.ndarray

    @classmethod
    def predicted(cls, table: pa.Table, predict: Callable[[pa.Table], np.ndarray]) -> Self:
        """What is predicted is the cut rows, so that it can be repeated."""
        names = table.column_names
        cut = [[_cut(cell) for cell in table.column(name).to_pylist()] for name in names]
        rows = _to_table(names, cut)
        return cls(rows, predict(rows))

    def difference(self, predict: Callable[[pa.Table], np.ndarray]) -> float:
        """The largest one between then and now, of numbers above one as a share of them.

        Infinite where there is no prediction now.
        """
        apart = np.abs(predict(self.table) - self.pred_probs)
        scale = np.maximum(np.abs(self.pred_probs), 1.0)
        return float(np.nan_to_num(apart / scale, nan=np.inf).max(initial=0.0))

    def save(self, folder: Path) -> None:
        names = self.table.column_names
        content = {
            "columns": names,
            "cells": [self.table.column(name).to_pylist() for name in names],
            # As text, numbers of 64 bits come back as they were.
            "pred_probs": self.pred_probs.tolist(),
        }
        (folder / FILE).write_text(json.dumps(content, ensure_ascii=True))

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """None for predictors from before there were golden rows."""
        path = folder / FILE
        if not path.exists():
            return None
        content = json.loads(path.read_text())
        return cls(
            _to_table(content["columns"], content["cells"]),
            np.array(content["pred_probs"], dtype=np.float64),
        )


def tolerance_of(schema: Schema) -> float:
    """How far apart probabilities may be that count as equal."""
    return TEXT_TOLERANCE if any(c.kind == TEXT for c in schema.columns) else TOLERANCE


def check_agreement(difference: float, schema: Schema, versions: Mapping[str, str]) -> None:
    """Refuse a predictor that does not say any more what it said when it was made.

    Raises
    ------
    InputError
        `PREDICTS_OTHERWISE`, with the libraries that have another version than in `versions`.
    """
    if difference <= tolerance_of(schema):
        return
    raise InputError(
        "PREDICTS_OTHERWISE",
        f"This model predicts otherwise than when it was made (off by {difference:.2g}): "
        f"{_name_cause(versions)}. Re-train it.",
    )


def _name_cause(versions: Mapping[str, str]) -> str:
    changed = changed_versions(versions)
    if not changed:
        return "the libraries are the same, so the processor may be another one"
    named = [f"{name} {then} is now {now}" for name, (then, now) in changed.items()]
    more = [f"{len(named) - SHOWN_VERSIONS} more"] if len(named) > SHOWN_VERSIONS else []
    return ", ".join([*named[:SHOWN_VERSIONS], *more])


def _cut(cell: str | None) -> str | None:
    return cell and cell[:MAX_CELL_CHARS]


def _to_table(names: list[str], columns: list[list[str | None]]) -> pa.Table:
    return pa.table({n: pa.array(c, pa.string()) for n, c in zip(names, columns, strict=True)})
