"""What a row costs each member of a predictor, measured in processor time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pyarrow as pa

from automl.candidates import Member
from automl.features.embeddings import Embeddings
from automl.features.text_encoders import TextEncoders
from automl.schema import Schema

# Enough for a steady figure in a few seconds; a transformer reads 150 to 700 texts in one.
SAMPLE_ROWS = {"tabular": 5_000, "text": 50}
N_REPEATS = 3


@dataclass(frozen=True)
class Cost:
    """Seconds of processor time a row.

    Attributes
    ----------
    reading : from cells to features; members that read the same share it.
    own : from features to probabilities.
    """

    reading: float
    own: float


def total_cost(costs: Iterable[Cost]) -> float:
    """Of members together: what is read is read once, by the one that reads most."""
    costs = list(costs)
    return max(cost.reading for cost in costs) + sum(cost.own for cost in costs)


def measure_costs(
    members: Iterable[Member], table: pa.Table, schema: Schema, text_encoders: TextEncoders
) -> dict[str, Cost]:
    """By family, on rows of columns c0.. in the order of `schema`.

    These are measurements: repeated, they differ by some percent.
    """
    encoders = text_encoders.of(schema)
    return {
        member.family: _measure(member, lambda rows: Embeddings(rows, encoders=encoders), table)
        for member in members
    }


def _measure(member: Member, embed: Callable[[pa.Table], Embeddings], table: pa.Table) -> Cost:
    first_seconds, seconds = [], []
    for _ in range(N_REPEATS):
        started = time.process_time()
        features = member.encoder.transform(table, embed(table))
        member.predict_proba(features)
        between = time.process_time()
        # Views of texts are made at the first use and kept.
        member.predict_proba(features)
        first_seconds.append(between - started)
        seconds.append(time.process_time() - between)
    own, first = min(seconds[1:]), min(first_seconds[1:])
    return Cost(max(first - own, 0.0) / table.num_rows, max(own, 1e-9) / table.num_rows)
