"""One JSON file a run, named by everything that decides its figures."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.automl.settings import ROOT, read_settings

Result = dict[str, Any]

# Part of every key: raise it when what is measured, or how, changes.
HARNESS = 2
CORES = 1
OURS = "ours-"
PUBLISHED = Path(__file__).resolve().parent / "published.jsonl"
# A peer may have had that much more time than it is owed.
MAX_GENEROSITY = 2.0


@dataclass(frozen=True)
class RunKey:
    """What makes two runs the same run.

    Attributes
    ----------
    split : see DataSet.hash_split.
    options : of the tool, its time limit among them.
    """

    tool: str
    version: str
    data_set: str
    split: str
    seed: int
    options: dict[str, Any]
    cores: int = CORES
    harness: int = HARNESS

    def digest(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    @property
    def name(self) -> str:
        return f"{self.data_set}--{self.tool}--{self.seed}--{self.digest()[:12]}"


class ResultStore:
    """The results below one folder; what is there is never computed again.

    Results of peers are also kept in the repository, a line each, so that a table can be finished
    on several days and by several people (see `publish`).
    """

    def __init__(self, out: Path, published: Path = PUBLISHED) -> None:
        self.folder, self.published = out / "results", published
        self.folder.mkdir(parents=True, exist_ok=True)

    def find(self, key: RunKey) -> Result | None:
        """The run itself, or one of the same tool that had more time, at most twice as much."""
        path = self._path(key)
        if path.exists():
            found: Result = json.loads(path.read_text())
            return found
        with_time = [result for result in self._with_at_least(key) if result["status"] == "ok"]
        return min(with_time, key=lambda result: _limit(result["key"]), default=None)

    def add(self, key: RunKey, result: Result) -> Result:
        """Written aside and moved, so that an interruption leaves no half a result."""
        whole = {"key": asdict(key), **result}
        aside = self._path(key).with_suffix(".part")
        aside.write_text(json.dumps(whole, indent=1))
        aside.rename(self._path(key))
        return whole

    def all(self) -> list[Result]:
        own = [json.loads(path.read_text()) for path in sorted(self.folder.glob("*.json"))]
        return [*self._published(), *own]

    def publish(self) -> int:
        """Add the peers' successful runs to the file in the repository; how many it has now."""
        peers = [r for r in self.all() if not r["key"]["tool"].startswith(OURS)]
        by_name = {RunKey(**r["key"]).name: r for r in peers if r["status"] == "ok"}
        lines = [json.dumps(by_name[name], sort_keys=True) + "\n" for name in sorted(by_name)]
        self.published.write_text("".join(lines))
        return len(lines)

    def _with_at_least(self, key: RunKey) -> list[Result]:
        wanted = _limit(asdict(key))
        if wanted is None:
            return []
        return [
            result
            for result in self.all()
            if _but_limit(result["key"]) == _but_limit(asdict(key))
            and wanted <= _limit(result["key"]) <= MAX_GENEROSITY * wanted
        ]

    def _published(self) -> list[Result]:
        if not self.published.exists():
            return []
        return [json.loads(line) for line in self.published.read_text().splitlines()]

    def _path(self, key: RunKey) -> Path:
        return self.folder / f"{key.name}.json"


def _limit(key: dict[str, Any]) -> Any:
    return key["options"].get("time_limit")


def _but_limit(key: dict[str, Any]) -> dict[str, Any]:
    options = {name: value for name, value in key["options"].items() if name != "time_limit"}
    return key | {"options": options}


def headline(result: Result) -> str:
    """The figure that a tool displays and that is measured on the test rows."""
    return "r2" if result["suite"] == "regression" else "accuracy"


@cache
def our_version() -> str:
    """The product's version, and a hash of the learning core and the libraries below it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    core = [path for path in sorted((ROOT / "automl").rglob("*")) if path.is_file()]
    sources = [path for path in core if "__pycache__" not in path.parts]
    folder = ROOT / "benchmarks" / "automl"
    adapters = [folder / "ours.py", folder / "our_regression.py"]
    digest = hashlib.sha256()
    for path in [*sources, *adapters, ROOT / "requirements.txt"]:
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"{project['version']}+{digest.hexdigest()[:8]}"


if __name__ == "__main__":
    store = ResultStore(read_settings().out)
    print(f"{store.publish()} runs of peers in {store.published.relative_to(ROOT)}")
