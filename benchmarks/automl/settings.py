"""What is asked for, from the variables that `make` passes on."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from benchmarks.automl.peers.registry import PEERS

ROOT = Path(__file__).resolve().parent.parent.parent
PRESETS = ("fast", "regular", "best")


@dataclass(frozen=True)
class Settings:
    """See docs/benchmarks.md for the variables."""

    data: Path | None
    sets: list[str]
    n_seeds: int
    presets: list[str]
    peers: list[str]
    out: Path
    n_rows: int

    @property
    def venvs(self) -> Path:
        return ROOT / "var" / "benchmarks" / "venvs"


def read_settings() -> Settings:
    """Raises SystemExit for a preset or peer that does not exist."""
    data = os.environ.get("BENCH_DATA", "")
    return Settings(
        data=Path(data).expanduser().resolve() if data else None,
        sets=_words("BENCH_SETS"),
        n_seeds=int(os.environ.get("BENCH_SEEDS") or 3),
        presets=_check("preset", _words("BENCH_PRESETS") or list(PRESETS), PRESETS),
        peers=_check("peer", _words("BENCH_PEERS"), PEERS),
        out=Path(os.environ.get("BENCH_OUT") or ROOT / "var" / "benchmarks").resolve(),
        n_rows=int(os.environ.get("BENCH_ROWS") or 1_000_000),
    )


def _words(name: str) -> list[str]:
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def _check(what: str, words: list[str], known: Collection[str]) -> list[str]:
    unknown = [word for word in words if word not in known]
    if unknown:
        raise SystemExit(f"No {what} called {', '.join(unknown)}; there are: {', '.join(known)}.")
    return words
