"""One JSON file a run, named by everything that decides its figures."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.automl.settings import ROOT

Result = dict[str, Any]

# Part of every key: raise it when what is measured, or how, changes.
HARNESS = 1
CORES = 1


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
    """The results below one folder; files that are there are never computed again."""

    def __init__(self, out: Path) -> None:
        self.folder = out / "results"
        self.folder.mkdir(parents=True, exist_ok=True)

    def find(self, key: RunKey) -> Result | None:
        path = self._path(key)
        return json.loads(path.read_text()) if path.exists() else None

    def add(self, key: RunKey, result: Result) -> Result:
        """Written aside and moved, so that an interruption leaves no half a result."""
        whole = {"key": asdict(key), **result}
        aside = self._path(key).with_suffix(".part")
        aside.write_text(json.dumps(whole, indent=1))
        aside.rename(self._path(key))
        return whole

    def all(self) -> list[Result]:
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob("*.json"))]

    def _path(self, key: RunKey) -> Path:
        return self.folder / f"{key.name}.json"


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
