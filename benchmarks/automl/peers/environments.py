"""A virtual environment for each peer, away from the product's: `make bench-peers`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from benchmarks.automl.peers.registry import PEERS
from benchmarks.automl.settings import read_settings

REQUIREMENTS = Path(__file__).resolve().parent / "requirements"


def main() -> None:
    settings = read_settings()
    for name in sorted({PEERS[peer].environment for peer in settings.peers or PEERS}):
        if name == "h2o" and shutil.which("java") is None:
            print("h2o: left out, there is no java")
            continue
        folder = settings.venvs / name
        print(f"{name}: installing into {folder} …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        requirements = str(REQUIREMENTS / f"{name}.txt")
        pip = [str(folder / "bin/pip"), "install", "--quiet", "--requirement", requirements]
        subprocess.run(pip, check=True)


def interpreter(venvs: Path, environment: str) -> Path:
    return venvs / environment / "bin" / "python"


@cache
def installed_version(python: Path, package: str) -> str:
    """Empty where the environment was not made."""
    if not python.exists():
        return ""
    ask = f"import importlib.metadata as m; print(m.version({package!r}))"
    found = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False)
    return found.stdout.strip()


if __name__ == "__main__":
    main()
