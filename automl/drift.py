"""How far a batch of rows is from those of training, by the size of the difference alone.

No test of significance: of a large batch every difference is significant and few matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any, Self

import numpy as np
import pyarrow as pa

from automl.problem import MULTI_CLASS, MULTI_LABEL
from automl.schema import DATETIME
from automl.shown_text import show_name
from automl.training_profile import N_OUTSIDE, OTHER, ColumnProfile, TrainingProfile, count_labels

NONE, SOME, MUCH, TOO_FEW_ROWS = "none", "some", "much", "too few rows"
# Siddiqi (Credit Risk Scorecards, 2006), as scorecards are watched.
SOME_FROM, MUCH_FROM = 0.1, 0.25
MIN_ROWS = 200
# What chance alone may be expected to give, half of what counts as some drift.
MAX_EXPECTED = SOME_FROM / 2
# A rarer category is counted with the other rare ones (Cochran, 1954).
MIN_EXPECTED_ROWS = 5
# Added to each bin of both sides, so that an empty one has a logarithm (Krichevsky and Trofimov,
# 1981).
HALF_ROW = 0.5
MAX_SHOWN_CHARS = 40
LABEL = "label"
RARER = "rarer values"


@dataclass(frozen=True)
class BatchProfile:
    """A batch counted in the bins of a training profile; `+` joins slices, in any order.

    Attributes
    ----------
    counts : by column, (k + 5,) rows in each bin of its `ColumnProfile`.
    labels : rows that were predicted each class, or each label of sets.
    """

    n_rows: int
    counts: tuple[tuple[int, ...], ...]
    labels: dict[str, int]

    @classmethod
    def of(
        cls, table: pa.Table, profile: TrainingProfile, predicted: Sequence[str | None] = ()
    ) -> Self:
        """Parameters
        ----------
        table : (N rows) columns c0.. of text in the order of the profile.
        predicted : (N,) labels, sets as comma lists; of numbers none are counted.
        """
        problem_type = MULTI_LABEL if profile.has_sets else MULTI_CLASS
        labels = count_labels(predicted if profile.labels else (), problem_type)
        columns = zip(profile.columns, table.columns, strict=True)
        counts = tuple(tuple(column.count(cells).tolist()) for column, cells in columns)
        return cls(table.num_rows, counts, dict(labels))

    def __add__(self, other: BatchProfile) -> BatchProfile:
        columns = zip(self.counts, other.counts, strict=True)
        counts = tuple(tuple((np.array(a) + np.array(b)).tolist()) for a, b in columns)
        labels = Counter(self.labels) + Counter(other.labels)
        return BatchProfile(self.n_rows + other.n_rows, counts, dict(labels))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        counts = tuple(tuple(column) for column in content["counts"])
        return cls(content["n_rows"], counts, content["labels"])


@dataclass(frozen=True)
class Moved:
    """The bin that moved most, in words, and its share of the rows then and now (0 to 1)."""

    bin: str
    share_then: float
    share_now: float


@dataclass(frozen=True)
class ColumnDrift:
    """Attributes
    ----------
    column : place in the schema; None: the labels.
    verdict : "none", "some" or "much", or "too few rows" where nothing can be said.
    psi : population stability index, less what chance alone would give; 0 at least.
    expected_psi : what chance alone would give.
    js_distance : Jensen-Shannon distance with base 2, 0 to 1.
    """

    column: int | None
    name: str
    kind: str
    verdict: str
    psi: float
    expected_psi: float
    js_distance: float
    moved: Moved | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def judge_drift(profile: TrainingProfile, batch: BatchProfile) -> list[ColumnDrift]:
    """One verdict a column, in the order of the schema.

    The index is the sum over bins of (q - p) ln(q / p), with p and q the shares in training and
    batch, half a row added to each bin. From n and m rows of one distribution it is
    (1/n + 1/m) times a chi-square number with B - 1 degrees of freedom, for B bins (Yurdakul,
    Statistical Properties of Population Stability Index, 2018), so its mean is
    (B - 1)(1/n + 1/m). That is taken off, and where it is more than 0.05, half of what counts as
    some drift, or the batch has fewer than 200 rows, there is no verdict. As many categories are
    told apart as that allows; rarer ones are one bin.
    """
    drifts = []
    for i, (column, now) in enumerate(zip(profile.columns, batch.counts, strict=True)):
        sides = np.array([column.counts, now], dtype=np.float64)
        names = _bin_names(column)
        if column.values:
            names, sides = _pool_rare(names, sides, len(column.values))
        added = np.full(sides.shape, HALF_ROW)
        added[0, OTHER - N_OUTSIDE] += _unseen_rows(column)
        drifts.append(_judge(i, column.name, column.kind, names, sides, added))
    return drifts


def judge_label_mix(profile: TrainingProfile, batch: BatchProfile) -> ColumnDrift | None:
    """The labels predicted of a batch against those predicted of training rows held out.

    A classifier prefers frequent classes, so that what it predicts differs from what is given
    even without drift; where no held-out predictions are known, the given labels are taken. Of
    sets the label that moved most is judged. None where labels are numbers.
    """
    then = profile.predicted_labels or profile.labels
    names = list(then | batch.labels)
    if not names or not batch.labels:
        return None
    sides = np.array([[side.get(name, 0) for name in names] for side in (then, batch.labels)])
    shown = [_quote(name) for name in names]
    if not profile.has_sets:
        return _judge(None, "", LABEL, *_pool_rare(shown, sides.astype(np.float64), len(names)))
    totals = np.array([[profile.n_rows], [batch.n_rows]])
    of_each = [
        _judge_label(shown[k], np.hstack([sides[:, [k]], totals - sides[:, [k]]]))
        for k in range(len(names))
    ]
    return max(of_each, key=lambda drift: drift.psi)


def _judge_label(shown: str, sides: np.ndarray) -> ColumnDrift:
    """`sides`: (2, 2) rows with and without the label."""
    drift = _judge(None, "", LABEL, [shown, f"not {shown}"], sides)
    share_then, share_now = (sides[:, 0] / np.maximum(sides.sum(axis=1), 1)).tolist()
    return replace(drift, moved=Moved(shown, share_then, share_now))


def _judge(
    place: int | None,
    name: str,
    kind: str,
    names: Sequence[str],
    sides: np.ndarray,
    added: np.ndarray | float = HALF_ROW,
) -> ColumnDrift:
    """`sides`: (2, B) rows in each bin, in training and in the batch; `added` to them for the
    index alone."""
    filled = sides + added
    used = sides.sum(axis=0) > 0
    names = [name for name, is_used in zip(names, used, strict=True) if is_used]
    sides, filled = sides[:, used], filled[:, used]
    if not sides.size or not sides.sum(axis=1).all():
        return ColumnDrift(place, name, kind, TOO_FEW_ROWS, 0.0, 0.0, 0.0, None)
    p, q = filled / filled.sum(axis=1, keepdims=True)
    parts = (q - p) * np.log(q / p)
    expected = _expected_psi(sides)
    psi = max(float(parts.sum()) - expected, 0.0)
    most = int(np.argmax(parts))
    shares = sides / sides.sum(axis=1, keepdims=True)
    return ColumnDrift(
        column=place,
        name=name,
        kind=kind,
        verdict=_name_size(psi, expected, sides[1].sum()),
        psi=psi,
        expected_psi=expected,
        js_distance=_js_distance(*shares),
        moved=Moved(names[most], float(shares[0, most]), float(shares[1, most])),
    )


def _unseen_rows(column: ColumnProfile) -> int:
    """As many rows of new categories are to be expected as training had categories of one row
    (Good, 1953)."""
    return column.counts[: len(column.values)].count(1) if column.has_all_values else 0


def _expected_psi(sides: np.ndarray) -> float:
    return float((sides.shape[1] - 1) * (1 / sides.sum(axis=1)).sum())


def _name_size(psi: float, expected: float, n_rows: float) -> str:
    if n_rows < MIN_ROWS or expected > MAX_EXPECTED:
        return TOO_FEW_ROWS
    return NONE if psi < SOME_FROM else SOME if psi < MUCH_FROM else MUCH


def _js_distance(p: np.ndarray, q: np.ndarray) -> float:
    """The square root of the Jensen-Shannon divergence (Endres and Schindelin, 2003)."""
    middle = (p + q) / 2
    divergence = sum(
        float((side[side > 0] * np.log2(side[side > 0] / middle[side > 0])).sum()) / 2
        for side in (p, q)
    )
    return float(np.sqrt(max(divergence, 0.0)))


def _pool_rare(
    names: Sequence[str], sides: np.ndarray, n_values: int
) -> tuple[list[str], np.ndarray]:
    """The first `n_values` bins are categories: those that are too rare become one."""
    n_then, n_now = sides.sum(axis=1)
    if not (n_then and n_now):
        return list(names), sides
    expected = sides[0, :n_values] / n_then * n_now
    # One less than bins, and those outside and of the rarer ones count as well.
    n_kept = int(MAX_EXPECTED / (1 / n_then + 1 / n_now)) - (sides.shape[1] - n_values)
    order = np.argsort(-expected, kind="stable")
    kept = np.sort([k for k in order[: max(n_kept, 1)] if expected[k] >= MIN_EXPECTED_ROWS])
    kept = kept.astype(np.int64)
    rare = sides[:, :n_values].sum(axis=1) - sides[:, kept].sum(axis=1)
    pooled = np.hstack([sides[:, kept], rare[:, None], sides[:, n_values:]])
    return [*(names[k] for k in kept), RARER, *names[n_values:]], pooled


def _bin_names(column: ColumnProfile) -> list[str]:
    """(k + 5,) words for people."""
    if column.values:
        names = [_quote(value) for value in column.values]
        low = high = ""
    else:
        shown = [_show(edge, column.kind) for edge in column.edges]
        names = [f"over {low} to {high}" for low, high in pairwise(shown)]
        names[:1] = (
            [shown[0] if shown[0] == shown[1] else f"{shown[0]} to {shown[1]}"] if names else []
        )
        low, high = (shown[0], shown[-1]) if shown else ("", "")
    other = "values that training did not have" if column.has_all_values else "other values"
    unread = "no date" if column.kind == DATETIME else "no number"
    outside = [f"below {low}", f"above {high}", other, "empty", unread]
    assert len(outside) == N_OUTSIDE
    return names + outside


def _show(edge: float, kind: str) -> str:
    if kind == DATETIME:
        return str(np.datetime64(int(edge), "s")).replace("T", " ").removesuffix(" 00:00:00")
    return f"{edge:.6g}"


def _quote(value: str) -> str:
    return f"“{show_name(value, MAX_SHOWN_CHARS)}”"
