"""Which of our files, and which libraries, a module needs: told by following imports."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = "automl"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Needed:
    """What must be there for some modules to be imported.

    Attributes
    ----------
    files : of this package, relative to the folder that it is in, sorted.
    libraries : names by which others are imported; none of Python's own.
    """

    files: tuple[Path, ...]
    libraries: frozenset[str]


def follow_imports(modules: Iterable[str]) -> Needed:
    """Read the sources, from the given modules on; nothing is imported.

    What is imported by a name made at run time is not seen: such modules must be among the given.
    """
    waiting, files = list(modules), set()
    libraries: set[str] = set()
    while waiting:
        name = waiting.pop()
        path = _find(name)
        if path is None:
            libraries |= {name.partition(".")[0]} - {PACKAGE} - sys.stdlib_module_names
        elif path not in files:
            files.add(path)
            waiting += [*_imported_names(path), name.rpartition(".")[0] or PACKAGE]
    return Needed(tuple(sorted(path.relative_to(ROOT) for path in files)), frozenset(libraries))


def _find(name: str) -> Path | None:
    if name.partition(".")[0] != PACKAGE:
        return None
    base = ROOT.joinpath(*name.split("."))
    candidates = [base / "__init__.py", base.with_suffix(".py")]
    return next((path for path in candidates if path.is_file()), None)


@cache
def _imported_names(path: Path) -> tuple[str, ...]:
    return tuple(_walk_imports(ast.parse(path.read_bytes())))


def _walk_imports(tree: ast.AST) -> Iterator[str]:
    """Modules, and what is imported from them, which may be a module too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
