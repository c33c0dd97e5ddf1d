"""What the product imports is what `make up` installs, not only what the tests have."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("automl", "studio", "models_app", "inference")
# `make transformer`, and what only makes the bundled encoder anew.
EXTRAS = {"onnx", "torch", "safetensors"}


def imported_modules():
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    yield from (alias.name.split(".")[0] for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    yield node.module.split(".")[0]


def normalize(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_import_is_pinned_for_users():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pinned = {normalize(line.split("==")[0]) for line in lines if "==" in line}
    foreign = set(imported_modules()) - set(sys.stdlib_module_names) - set(PACKAGES) - EXTRAS
    known = packages_distributions()
    missing = {
        module
        for module in foreign
        if not {normalize(name) for name in known.get(module, [module])} & pinned
    }
    assert "django" in foreign
    assert missing == set()
