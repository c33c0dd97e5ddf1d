"""The Markdown report of a suite, from its result files: `python -m benchmarks.automl.report`."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.automl.comparison import (
    Pairs,
    cost_ratio,
    difference,
    honesty,
    newest,
    pair,
)
from benchmarks.automl.results import OURS, Result, ResultStore
from benchmarks.automl.settings import read_settings

MB = 1e6

# Title, where the figure stands in a result, its unit, how it is written.
Column = tuple[str, str, float, str]
CLASS_SCORES: list[Column] = [
    ("test acc. %", "test.accuracy", 0.01, ".2f"),
    ("± s.e.", "test.standard_error", 0.01, ".2f"),
    ("macro-F1 %", "test.macro_f1", 0.01, ".2f"),
    ("log-loss", "test.log_loss", 1, ".4f"),
    ("ECE %", "test.calibration_error", 0.01, ".2f"),
]
SET_SCORES: list[Column] = [
    ("exact match %", "test.accuracy", 0.01, ".2f"),
    ("± s.e.", "test.standard_error", 0.01, ".2f"),
    ("Jaccard %", "test.jaccard", 0.01, ".2f"),
    ("micro-F1 %", "test.micro_f1", 0.01, ".2f"),
    ("macro-F1 %", "test.macro_f1", 0.01, ".2f"),
    ("labels alike: macro-F1 %", "test.balanced_macro_f1", 0.01, ".2f"),
    ("Hamming loss", "test.hamming_loss", 1, ".4f"),
]
VALUE_SCORES: list[Column] = [
    ("test R²", "test.r2", 1, ".4f"),
    ("± s.e.", "test.standard_error", 1, ".4f"),
    ("RMSE", "test.rmse", 1, ".4g"),
    ("MAE", "test.mae", 1, ".4g"),
    ("90 % intervals hold %", "test.coverage", 0.01, ".1f"),
    ("width / s.d.", "test.width", 1, ".3f"),
    ("displayed R²", "displayed.r2", 1, ".4f"),
    ("± s.e.", "displayed.standard_error", 1, ".4f"),
]
DISPLAYED: list[Column] = [
    ("displayed %", "displayed.accuracy", 0.01, ".2f"),
    ("± s.e.", "displayed.standard_error", 0.01, ".2f"),
]
COSTS: list[Column] = [
    ("fit CPU-s", "fit.cpu_seconds", 1, ".1f"),
    ("fit wall s", "fit.wall_seconds", 1, ".1f"),
    ("fit peak MB", "fit.peak_bytes", MB, ".0f"),
    ("predict peak MB", "predict.peak_bytes", MB, ".0f"),
    ("rows / CPU-s", "predict.rows_per_cpu_second", 1, ",.0f"),
    ("artefact MB", "fit.artefact_bytes", MB, ".1f"),
]
CLASS_PAIRS: list[Column] = [
    ("Δ accuracy, pt", "test.accuracy", 0.01, "+.2f"),
    ("Δ macro-F1, pt", "test.macro_f1", 0.01, "+.2f"),
    ("Δ log-loss", "test.log_loss", 1, "+.4f"),
]
SET_PAIRS: list[Column] = [
    ("Δ exact match, pt", "test.accuracy", 0.01, "+.2f"),
    ("Δ micro-F1, pt", "test.micro_f1", 0.01, "+.2f"),
    ("Δ Hamming loss", "test.hamming_loss", 1, "+.4f"),
]
VALUE_PAIRS: list[Column] = [
    ("Δ R²", "test.r2", 1, "+.4f"),
    ("Δ RMSE / s.d.", "test.relative_rmse", 1, "+.4f"),
]
# By suite, where it is not about classes: what is shown of a run, and of two runs.
FIGURES = {
    "multilabel": ([*SET_SCORES, *DISPLAYED], SET_PAIRS),
    "regression": (VALUE_SCORES, VALUE_PAIRS),
}


def write_report(out: Path, suite: str) -> str:
    text = make_report(ResultStore(out).all(), suite)
    (out / f"report-{suite}.md").write_text(text)
    return text


def make_report(results: Iterable[Result], suite: str) -> str:
    kept = newest(result for result in results if result["suite"] == suite)
    if not kept:
        return f"# Benchmark: {suite}\n\nNo results.\n"
    of_runs, of_pairs = FIGURES.get(suite, ([*CLASS_SCORES, *DISPLAYED], CLASS_PAIRS))
    parts = [
        f"# Benchmark: {suite}",
        _describe(kept),
        table_of_runs(kept, [*of_runs, *COSTS]),
        "## Ours minus peer",
        table_of_pairs(kept, of_pairs),
        "## Displayed minus test",
        table_of_honesty(kept),
    ]
    return "\n\n".join(parts) + "\n"


def table_of_runs(results: list[Result], columns: list[Column]) -> str:
    """A line for each data set and tool, means over seeds; runs that failed say why."""
    groups: dict[tuple[str, str, str], list[Result]] = defaultdict(list)
    for result in results:
        key = result["key"]
        groups[key["data_set"], key["split"], key["tool"]].append(result)
    rows = []
    for data_set, split, tool in sorted(groups, key=lambda key: (*key[:2], _by_tool(key[2]))):
        runs = groups[data_set, split, tool]
        good = [run for run in runs if run["status"] == "ok"]
        cells = [_mean_cell(good, column) for column in columns]
        rows.append([data_set, tool, f"{len(good)}/{len(runs)}", *cells])
    lines = [make_table(["data set", "tool", "runs", *(column[0] for column in columns)], rows)]
    failed = [run for run in results if run["status"] != "ok"]
    lines += [f"- {_name(run)} failed: `{run['error']}`" for run in failed]
    return "\n".join([lines[0], "", *lines[1:]] if failed else lines)


def table_of_pairs(results: list[Result], columns: list[Column]) -> str:
    rows = []
    tools = _tools(results)
    for ours in (tool for tool in tools if tool.startswith(OURS)):
        for peer in (tool for tool in tools if not tool.startswith(OURS)):
            pairs = pair(results, ours, peer)
            if not pairs:
                continue
            cells = [_difference_cell(pairs, column) for column in columns]
            n_runs = sum(len(runs) for runs in pairs.values())
            counts = [str(len(pairs)), str(n_runs)]
            rows.append([ours, peer, *counts, *cells, f"{cost_ratio(pairs):.2f}"])
    if not rows:
        return "No peer has run on the same splits."
    titles = [column[0] for column in columns]
    return make_table(["ours", "peer", "sets", "pairs", *titles, "CPU ratio"], rows)


def table_of_honesty(results: list[Result]) -> str:
    rows = []
    for tool in _tools(results):
        found = honesty(results, tool)
        if found is None:
            rows.append([tool, "0", "–", "–", "–"])
            continue
        gaps = [f"{100 * found.mean:+.2f}", f"{found.mean_z:+.2f}", f"{found.share_above:.0%}"]
        rows.append([tool, str(found.n_runs), *gaps])
    return make_table(
        ["tool", "runs", "mean gap, pt", "mean gap / s.e.", "share above 2 s.e."], rows
    )


def _describe(results: list[Result]) -> str:
    versions: dict[str, set[str]] = defaultdict(set)
    for result in results:
        versions[result["key"]["tool"]].add(result["key"]["version"])
    named = [f"{tool} {' and '.join(sorted(versions[tool]))}" for tool in _tools(results)]
    first = min(result["finished"] for result in results)[:10]
    last = max(result["finished"] for result in results)[:10]
    return f"Finished {first} to {last}, one pinned core. Versions: {'; '.join(named)}."


def _tools(results: Iterable[Result]) -> list[str]:
    return sorted({result["key"]["tool"] for result in results}, key=_by_tool)


def _by_tool(tool: str) -> tuple[bool, int, str]:
    """Ours first, in the order of effort."""
    presets = [f"{OURS}fast", f"{OURS}regular", f"{OURS}best"]
    return tool not in presets, presets.index(tool) if tool in presets else 0, tool


def _name(result: Result) -> str:
    key = result["key"]
    return f"{key['data_set']}, {key['tool']}, seed {key['seed']}"


def _figure(result: Result, column: Column) -> float:
    """NaN where a tool does not show this figure."""
    part, name = column[1].split(".")
    value = result[part][name]
    return float("nan") if value is None else value / column[2]


def _mean_cell(runs: list[Result], column: Column) -> str:
    if not runs:
        return "–"
    mean = float(np.mean([_figure(run, column) for run in runs]))
    return "–" if np.isnan(mean) else format(mean, column[3])


def _difference_cell(pairs: Pairs, column: Column) -> str:
    found = difference(pairs, lambda run: _figure(run, column))
    mean = format(found.mean, column[3])
    if found.low is None or found.high is None:
        return mean
    return f"{mean} ({format(found.low, column[3])} to {format(found.high, column[3])})"


def make_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    print(write_report(read_settings().out, sys.argv[1]))
