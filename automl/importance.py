"""What a predictor looks at: the terms of linear text families, the columns of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from automl.candidates import Member
from automl.families import get_family
from automl.families.base import LinearEstimator
from automl.features.spaces import TextEncoder
from automl.features.text import WORDS, show_term
from automl.metrics import log_loss
from automl.predictor import Predictor
from automl.problem import MULTI_LABEL
from automl.schema import CONSTANT, EMPTY, IDENTIFIER
from automl.shown_text import show_name

MAX_TERMS = 10
MAX_CLASSES = 50
MAX_TERM_CHARS = 60

MAX_ROWS = 2000
MIN_ROWS = 100
# Rows x columns x repeats x classes: wide tables of many classes are judged on fewer rows.
MAX_PROBABILITIES = 1_000_000
N_REPEATS = 3
MAX_COLUMNS = 50
BATCH_ROWS = 8000
UNREAD_KINDS = frozenset({IDENTIFIER, CONSTANT, EMPTY})


def top_terms(
    predictor: Predictor, support: np.ndarray, classes: Sequence[str]
) -> dict[str, Any] | None:
    """The words and pairs of words that speak most for each class.

    Taken from the refitted linear member on words of the largest weight: of class k the terms of
    the largest coefficient; for classes (not label sets) minus the mean coefficient of all classes,
    which changes no probability of a softmax. Letter groups, which the families read too, are
    left out: few of them mean anything to people.

    Parameters
    ----------
    support : (K,) rows of each class; of more than 50 classes the largest are described.

    Returns
    -------
    kind "terms", family, weight of the member, classes (name, terms), n_left_out; None where no
    member is linear in terms.
    """
    found = _linear_member(predictor)
    if found is None:
        return None
    member, weight, encoder, estimator = found
    words = encoder.counters[WORDS].terms
    coef = estimator.coef_[:, : len(words)].astype(np.float64)
    if predictor.problem_type != MULTI_LABEL:
        coef = coef - coef.mean(axis=0)
    kept = np.sort(np.argsort(-support, kind="stable")[:MAX_CLASSES]).tolist()
    return {
        "kind": "terms",
        "family": get_family(member.family).title,
        "weight": round(weight, 6),
        "classes": [
            {"name": show_name(classes[k], 120), "terms": _rank_terms(words, coef[k])} for k in kept
        ],
        "n_left_out": len(classes) - len(kept),
    }


def permutation_importance(
    predictor: Predictor, table: pa.Table, y: np.ndarray, *, seed: int
) -> dict[str, Any]:
    """How much worse probabilities get when a column's cells are dealt out at random.

    Permutation importance (Breiman, 2001; model reliance of Fisher et al., 2019): the mean rise
    in log-loss over 3 permutations. It is measured on rows that the predictor was trained on,
    since the estimators of the folds are not kept: it says what the predictor relies on, and
    overstates columns it learned by heart. Columns that say the same share their importance.

    Parameters
    ----------
    table : columns c0.. in the order of the predictor's schema, N rows.
    y : (N,) class indices or (N, K) sets, all labelled.

    Returns
    -------
    kind "permutation", n_rows (at most 2,000), n_repeats, log_loss, n_left_out;
    columns : name, rise and its standard deviation over the repeats (nats a row), largest first,
        at most 50.
    """
    columns = [i for i, c in enumerate(predictor.schema.columns) if c.kind not in UNREAD_KINDS]
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(len(y))[: _count_rows(len(columns), len(predictor.classes))])
    sample, y = table.take(pa.array(rows)), y[rows]
    before = log_loss(predictor.predict_proba(sample), y)
    losses = _permuted_losses(predictor, sample, y, columns, rng)
    order = np.argsort(-losses.mean(axis=1), kind="stable")[:MAX_COLUMNS].tolist()
    return {
        "kind": "permutation",
        "n_rows": len(rows),
        "n_repeats": N_REPEATS,
        "log_loss": round(before, 6),
        "columns": [
            {
                "name": show_name(predictor.schema.columns[columns[i]].name, 120),
                "rise": round(float(losses[i].mean()) - before, 6),
                "spread": round(float(losses[i].std()), 6),
            }
            for i in order
        ],
        "n_left_out": len(columns) - len(order),
    }


def _linear_member(
    predictor: Predictor,
) -> tuple[Member, float, TextEncoder, LinearEstimator] | None:
    ranked = sorted(
        zip(predictor.members, predictor.weights, strict=True), key=lambda pair: -pair[1]
    )
    for member, weight in ranked:
        encoder, estimator = member.encoder, member.estimator
        if not isinstance(encoder, TextEncoder) or not isinstance(estimator, LinearEstimator):
            continue
        if estimator.starts_with_words:
            return member, weight, encoder, estimator
    return None


def _rank_terms(words: list[str], coef: np.ndarray) -> list[dict[str, Any]]:
    top = np.argsort(-coef, kind="stable")[:MAX_TERMS].tolist()
    return [
        {"term": show_name(show_term(words[j]), MAX_TERM_CHARS), "weight": round(float(coef[j]), 6)}
        for j in top
        if coef[j] > 0
    ]


def _count_rows(n_columns: int, n_classes: int) -> int:
    affordable = MAX_PROBABILITIES // (N_REPEATS * max(n_columns, 1) * n_classes)
    return min(MAX_ROWS, max(MIN_ROWS, affordable))


def _permuted_losses(
    predictor: Predictor,
    sample: pa.Table,
    y: np.ndarray,
    columns: list[int],
    rng: np.random.Generator,
) -> np.ndarray:
    """(len(columns), N_REPEATS) log-losses; many permuted copies are predicted at once."""
    n = sample.num_rows
    jobs = [column for column in columns for _ in range(N_REPEATS)]
    losses: list[float] = []
    at_once = max(1, BATCH_ROWS // max(n, 1))
    for start in range(0, len(jobs), at_once):
        copies = [
            _permute_column(sample, column, rng.permutation(n))
            for column in jobs[start : start + at_once]
        ]
        pred_probs = predictor.predict_proba(pa.concat_tables(copies))
        losses += [log_loss(part, y) for part in np.split(pred_probs, len(copies))]
    return np.array(losses).reshape(len(columns), N_REPEATS)


def _permute_column(table: pa.Table, column: int, order: np.ndarray) -> pa.Table:
    return table.set_column(column, table.field(column), table.column(column).take(pa.array(order)))
