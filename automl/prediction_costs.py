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
N_TURNS = 3
# What takes that long needs no second turn.
LONG_TURN_SECONDS = 1.0
MIN_SECONDS = 1e-6


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
    """The least of several turns, after what is made at the first use was made."""
    _time_once(member, embed, table.slice(0, 1))
    turns = [_time_once(member, embed, table)]
    while len(turns) < N_TURNS and turns[-1].reading + turns[-1].own < LONG_TURN_SECONDS:
        turns.append(_time_once(member, embed, table))
    return Cost(
        reading=min(turn.reading for turn in turns) / table.num_rows,
        own=min(turn.own for turn in turns) / table.num_rows,
    )


def _time_once(member: Member, embed: Callable[[pa.Table], Embeddings], table: pa.Table) -> Cost:
    """Of all rows. Views of texts are made at the first prediction and kept for the second."""
    started = time.process_time()
    features = member.encoder.transform(table, embed(table))
    member.predict_proba(features)
    between = time.process_time()
    member.predict_proba(features)
    own = time.process_time() - between
    return Cost(max(between - started - own, 0.0), max(own, MIN_SECONDS))
