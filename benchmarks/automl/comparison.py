"""Statistics over results: pairs of tools, and displayed scores against test scores."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from benchmarks.automl.results import Result, headline

N_RESAMPLES = 2000
TOO_MUCH = 2.0

Figure = Callable[[Result], float]
# By data set: runs of ours and of a peer.
Pairs = dict[str, list[tuple[Result, Result]]]


@dataclass(frozen=True)
class Difference:
    """Mean of ours minus peer; low .. high is a 95 % interval, None with a single set."""

    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Honesty:
    """(displayed - test) of a tool over runs.

    Attributes
    ----------
    mean : of the difference; mean_z : of the difference in combined standard errors.
    share_above : of runs whose displayed score is more than two standard errors too high.
    """

    n_runs: int
    mean: float
    mean_z: float
    share_above: float


def newest(results: Iterable[Result]) -> list[Result]:
    """Of runs that differ in versions or options alone, the one that finished last."""
    kept: dict[tuple[str, str, str, int], Result] = {}
    for result in sorted(results, key=lambda result: result["finished"]):
        key = result["key"]
        kept[key["tool"], key["data_set"], key["split"], key["seed"]] = result
    return list(kept.values())


def pair(results: Iterable[Result], ours: str, peer: str) -> Pairs:
    """By data set: runs of both tools that succeeded with the same split and seed."""
    by_run: dict[tuple[str, str, int], dict[str, Result]] = defaultdict(dict)
    for result in results:
        key = result["key"]
        if result["status"] == "ok" and key["tool"] in (ours, peer):
            by_run[key["data_set"], key["split"], key["seed"]][key["tool"]] = result
    pairs: Pairs = defaultdict(list)
    for (data_set, _, _), found in sorted(by_run.items()):
        if len(found) == 2:
            pairs[data_set].append((found[ours], found[peer]))
    return dict(pairs)


def difference(pairs: Pairs, figure: Figure) -> Difference:
    """Averaged over the seeds of a set, then over sets; sets are resampled (Efron, 1979)."""
    of_sets = np.array(
        [np.mean([figure(ours) - figure(peer) for ours, peer in runs]) for runs in pairs.values()]
    )
    mean = float(of_sets.mean())
    if len(of_sets) == 1:
        return Difference(mean, None, None)
    rng = np.random.default_rng(0)
    drawn = of_sets[rng.integers(0, len(of_sets), size=(N_RESAMPLES, len(of_sets)))].mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Difference(mean, float(low), float(high))


def cost_ratio(pairs: Pairs) -> float:
    """Our CPU seconds of training over the peer's, geometric mean over all pairs."""
    logs = [
        math.log(ours["fit"]["cpu_seconds"] / peer["fit"]["cpu_seconds"])
        for runs in pairs.values()
        for ours, peer in runs
    ]
    return math.exp(sum(logs) / len(logs))


def honesty(results: Iterable[Result], tool: str) -> Honesty | None:
    """None where the tool shows no accuracy, or R2, or only on sets of labels known to be wrong."""
    gaps, zs = [], []
    for result in results:
        if not _can_judge(result, tool):
            continue
        displayed, test, figure = result["displayed"], result["test"], headline(result)
        gaps.append(displayed[figure] - test[figure])
        error = math.hypot(displayed["standard_error"], test["standard_error"])
        zs.append(gaps[-1] / error if error else 0.0)
    if not gaps:
        return None
    above = sum(z > TOO_MUCH for z in zs) / len(zs)
    return Honesty(len(gaps), float(np.mean(gaps)), float(np.mean(zs)), above)


def _can_judge(result: Result, tool: str) -> bool:
    return (
        result["key"]["tool"] == tool
        and result["status"] == "ok"
        and not result["is_noisy"]
        and result["displayed"][headline(result)] is not None
    )
