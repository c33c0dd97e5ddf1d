"""What pages offer to be copied, whatever stands in the names of columns and datasets."""

import json
import subprocess
import sys

import pytest

from studio.models import Dataset
from studio.snippets import KEY, of_cleanset, of_dataset

from ..factories import make_cleanset, make_dataset

pytestmark = pytest.mark.django_db
HOSTILE = "it's \"quoted\" `touch ran` $(touch ran)\n'''\\ \u202e {0} {{x}} Zürich"
# Writes down what it is called with, as the official client would be.
FAKE_CLIENT = """
import json

class Studio:
    def __init__(self, key):
        print(json.dumps(key))

    def __getattr__(self, name):
        return lambda *args, **options: json.dumps([name, args, options])
"""


@pytest.fixture
def run_python(tmp_path):
    (tmp_path / "cleanlab_studio.py").write_text(FAKE_CLIENT)

    def run(text):
        done = subprocess.run(
            [sys.executable, "-c", text],
            env={KEY: "cleanset_1_a b", "PYTHONPATH": str(tmp_path)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert not (tmp_path / "ran").exists()
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def test_a_program_says_exactly_the_names_of_its_dataset(alice, tmp_path, run_python):
    dataset = make_dataset(alice, tmp_path)
    profiles = [
        profile | {"name": f"{profile['name']} {HOSTILE}", "kind": kind}
        for profile, kind in zip(dataset.profiles, ("text", "categorical"), strict=True)
    ]
    Dataset.objects.update(name=HOSTILE, profiles=profiles)
    curl, python = of_dataset(Dataset.objects.get())
    assert python.text.isascii()
    assert curl.text.isascii()
    key, (name, args, options) = run_python(python.text)
    assert (key, name) == ("cleanset_1_a b", "create_project")
    assert args == [dataset.hex_id, HOSTILE]
    assert options["text_column"] == profiles[0]["name"]
    assert options["label_column"] == profiles[1]["name"]


def test_a_project_without_classes_offers_no_deployment(alice, tmp_path):
    titles = [s.title for s in of_cleanset(make_cleanset(alice, tmp_path, "regression"))]
    assert "curl: deploy a model" not in titles
    assert "Python" in titles
