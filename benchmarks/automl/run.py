"""Run a suite: `python -m benchmarks.automl.run tabular|text|multilabel|regression|scale`.

What is asked for comes from variables, see docs/benchmarks.md. Runs that have a result are
skipped, so a run that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.automl.data_sets import SUITES, DataSet, read_data_sets
from benchmarks.automl.measured_run import execute
from benchmarks.automl.peers.environments import installed_version, interpreter
from benchmarks.automl.peers.registry import PEERS
from benchmarks.automl.report import write_report
from benchmarks.automl.results import Result, ResultStore, RunKey, headline, our_version
from benchmarks.automl.scale_sets import write_scale_sets
from benchmarks.automl.settings import Settings, read_settings

# Less than this and most tools return their first model: a comparison with nothing.
MIN_LIMIT = 30.0
YARDSTICK = "regular"


def main(suite: str) -> None:
    settings = read_settings()
    runner = Runner(settings)
    for data_set in _data_sets(settings, suite):
        for seed in range(settings.n_seeds):
            runner.run_all(data_set, seed)
    print(write_report(settings.out, suite))


def _data_sets(settings: Settings, suite: str) -> list[DataSet]:
    if suite == "scale":
        folder = settings.out / "data"
        write_scale_sets(folder)
        return read_data_sets(folder, suite, settings.sets)
    if settings.data is None or not settings.data.is_dir():
        raise SystemExit("Name the folder of data sets with BENCH_DATA=…")
    return read_data_sets(settings.data, suite, settings.sets)


def time_limit(our_seconds: float, factor: float) -> float:
    """Seconds for a peer, rounded up in steps of the square root of two.

    So that small changes of ours do not make every result of the peers stale.
    """
    wanted = max(our_seconds * factor, MIN_LIMIT)
    steps = math.ceil(round(2 * math.log2(wanted / MIN_LIMIT), 6))
    return float(round(MIN_LIMIT * 2 ** (steps / 2)))


@dataclass(frozen=True)
class Plan:
    """One run to be made: its key, and how the measured process is started."""

    key: RunKey
    module: str
    options: dict[str, Any]
    time_limit: float | None
    python: Path


class Runner:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = ResultStore(settings.out)
        self._splits: dict[str, str] = {}

    def run_all(self, data_set: DataSet, seed: int) -> None:
        """Ours first: how long ours takes is how long the peers may take."""
        presets = dict.fromkeys(self.settings.presets)
        if self.settings.peers:
            presets[YARDSTICK] = None
        ours = {
            preset: self._run(data_set, self._plan_ours(data_set, seed, preset))
            for preset in presets
        }
        for plan in self._plan_peers(data_set, seed, ours):
            self._run(data_set, plan)

    def _plan_ours(self, data_set: DataSet, seed: int, preset: str) -> Plan:
        options = {"preset": preset}
        key = self._key(f"ours-{preset}", our_version(), data_set, seed, options)
        return Plan(key, "ours", options, None, Path(sys.executable))

    def _plan_peers(self, data_set: DataSet, seed: int, ours: dict[str, Result]) -> Iterator[Plan]:
        for name in self.settings.peers:
            peer = PEERS[name]
            python = interpreter(self.settings.venvs, peer.environment)
            version = installed_version(python, peer.package)
            reason = _why_not(name, data_set, version, ours[YARDSTICK])
            if reason:
                print(f"{data_set.name}: {name} skipped, {reason}", flush=True)
                continue
            limit = time_limit(ours[YARDSTICK]["fit"]["cpu_seconds"], peer.time_factor)
            options = peer.options | {"adapter": peer.module}
            key = self._key(name, version, data_set, seed, options | {"time_limit": limit})
            yield Plan(key, "peers.frames", options, limit, python)

    def _key(
        self, tool: str, version: str, data_set: DataSet, seed: int, options: dict[str, Any]
    ) -> RunKey:
        if data_set.name not in self._splits:
            self._splits[data_set.name] = data_set.hash_split()
        return RunKey(tool, version, data_set.name, self._splits[data_set.name], seed, options)

    def _run(self, data_set: DataSet, plan: Plan) -> Result:
        found = self.store.find(plan.key)
        if found is not None:
            return found
        job = data_set.make_job(
            self.settings.out / "work" / plan.key.name,
            module=plan.module,
            seed=plan.key.seed,
            options=plan.options,
            time_limit=plan.time_limit,
        )
        logs = self.settings.out / "logs"
        logs.mkdir(exist_ok=True)
        result = execute(data_set, job, plan.python, logs / f"{plan.key.name}.log")
        print(_line(plan.key, result), flush=True)
        return self.store.add(plan.key, result)


def _why_not(name: str, data_set: DataSet, version: str, ours: Result) -> str:
    if not version:
        return "its environment is not there: make bench-peers"
    if data_set.suite not in PEERS[name].suites:
        return f"it does nothing for a {data_set.suite} data set by itself"
    return "" if ours["status"] == "ok" else "ours has no time to give it: its own run failed"


def _line(key: RunKey, result: Result) -> str:
    start = f"{key.data_set} seed {key.seed}: {key.tool}"
    if result["status"] != "ok":
        return f"{start} FAILED: {result['error']}"
    figure = headline(result)
    test, seconds = result["test"][figure], result["fit"]["cpu_seconds"]
    return f"{start} test {figure} {test:.4f}, {seconds:.1f} CPU-s"


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in SUITES:
        raise SystemExit(f"Name one suite: {', '.join(SUITES)}")
    main(sys.argv[1])
