"""With very many rows, a sample tells which families are worth training on all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from automl.candidates import TrainingData, cross_validate
from automl.families import get_family
from automl.metrics import log_loss
from automl.problem import REGRESSION, labelled_rows
from automl.progress import Progress, ignore_progress
from automl.value_metrics import root_mean_squared_error

# Below it every family is trained on all rows.
MIN_ROWS = 100_000
SAMPLE_ROWS = 20_000
# By rank alone families of equal worth would be told apart by chance.
MAX_RELATIVE_LOSS = 1.10


def left_out_families(
    families: Sequence[str],
    data: TrainingData,
    *,
    seed: int,
    progress: Progress = ignore_progress,
) -> dict[str, str]:
    """Families whose log-loss on a seeded sample is over 10 % worse than the best one's.

    Where numbers are predicted it is their root mean squared error that counts.

    Returns
    -------
    The reason, in a sentence, by family; empty for less than 100,000 rows. Baselines stay.
    """
    contenders = [f for f in families if not get_family(f).is_baseline]
    if len(data.y) <= MIN_ROWS or len(contenders) < 2:
        return {}
    sample = draw_sample(data, seed=seed)
    name, loss_of = _loss(data.problem_type)
    losses = {}
    for i, family in enumerate(contenders):
        progress("Comparing families on a sample", i, len(contenders))
        found = cross_validate(family, sample, seed=seed)
        losses[family] = loss_of(found.oof_pred_probs, sample.y)
    best = min(losses.values())
    return {
        family: f"Left out: on a sample of {len(sample.y):,} rows its {name} was "
        f"{loss / best - 1:.0%} worse than the best."
        for family, loss in losses.items()
        if loss > MAX_RELATIVE_LOSS * best
    }


def _loss(problem_type: str) -> tuple[str, Callable[[np.ndarray, np.ndarray], float]]:
    if problem_type == REGRESSION:
        return "error", lambda values, y: root_mean_squared_error(values[:, 0], y)
    return "log-loss", log_loss


def draw_sample(data: TrainingData, *, seed: int) -> TrainingData:
    """At most 20,000 labelled rows, in their order, with their folds."""
    labelled = np.flatnonzero(labelled_rows(data.y))
    n_rows = min(SAMPLE_ROWS, len(labelled))
    drawn = np.sort(np.random.default_rng(seed).choice(labelled, n_rows, replace=False))
    table = data.table.take(pa.array(drawn))
    embeddings = data.embeddings
    given = embeddings.take(table, drawn) if embeddings else None
    return replace(data, table=table, y=data.y[drawn], folds=data.folds[drawn], embeddings=given)
