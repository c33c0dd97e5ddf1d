"""The Markdown report of `bench-serving`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.automl.report import MB, make_table

TABLE_TITLES = [
    "data set",
    "ensemble",
    "members",
    "rows",
    "rows / CPU-s",
    "peak MB",
    "load s",
    "test acc. %",
]
LOSS_TITLES = [
    "data set",
    "speed-up, measured when joined",
    "held-out accuracy, pt",
    "held-out log-loss",
    "test accuracy, pt",
]
TEXT_TITLES = ["data set", "texts", "encoder alone, texts / CPU-s", "predictor", "ratio"]


def write_speed_report(out: Path, version: str, results: list[dict[str, Any]]) -> str:
    (out / "serving.json").write_text(json.dumps({"version": version, "results": results}))
    text = make_speed_report(version, results)
    (out / "report-serving.md").write_text(text)
    return text


def make_speed_report(version: str, results: list[dict[str, Any]]) -> str:
    tables = [result for result in results if "many" in result]
    texts = [result for result in results if "texts" in result]
    parts = ["# Benchmark: prediction speed", f"Ours {version}, one pinned core."]
    if tables:
        rows = [row for result in tables for row in _table_rows(result)]
        parts += [make_table(TABLE_TITLES, rows), "## What the serving ensemble loses"]
        parts += [make_table(LOSS_TITLES, [_loss_row(result) for result in tables])]
    if texts:
        parts += ["## Texts", make_table(TEXT_TITLES, [_text_row(result) for result in texts])]
    return "\n\n".join(parts) + "\n"


def _table_rows(result: dict[str, Any]) -> Iterable[list[str]]:
    for step, name in (("full_few", "full"), ("few", "serving"), ("many", "serving")):
        found = result[step]
        yield [
            result["data_set"],
            name if result["fit"]["details"]["serving"] else "full (no serving)",
            ", ".join(found["families"]),
            f"{found['n_rows']:,}",
            f"{found['rows_per_cpu_second']:,.0f}",
            f"{found['peak_bytes'] / MB:.0f}",
            f"{found['load_wall_seconds']:.2f}",
            f"{100 * found['accuracy']:.2f}",
        ]


def _loss_row(result: dict[str, Any]) -> list[str]:
    serving = result["fit"]["details"]["serving"]
    if serving is None:
        return [result["data_set"], "none is close and faster", "–", "–", "–"]
    lost = serving["accuracy"]
    interval = f"({100 * lost['low']:+.2f} to {100 * lost['high']:+.2f})"
    change = result["few"]["accuracy"] - result["full_few"]["accuracy"]
    return [
        result["data_set"],
        f"{serving['speed_up']:.1f}",
        f"{100 * lost['difference']:+.2f} {interval}",
        f"{serving['log_loss_ratio'] - 1:+.2%}",
        f"{100 * change:+.2f}",
    ]


def _text_row(result: dict[str, Any]) -> list[str]:
    found = result["texts"]
    bare, whole = found["bare_texts_per_cpu_second"], found["texts_per_cpu_second"]
    texts = f"{found['n_texts']:,}"
    return [result["data_set"], texts, f"{bare:,.0f}", f"{whole:,.0f}", f"{whole / bare:.0%}"]
