"""The walk through the API, its commands run as they stand in docs/api.md."""

import csv
import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen

import pytest

from ..running_studio import ROOT

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("client")]


def read_commands():
    """All blocks in their order; the first only sets what is different here."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "api.md").read_text(), re.S)
    assert blocks[0].startswith("export STUDIO=")
    return "\n".join(blocks[1:])


def test_a_hundred_scripts_may_ask_at_once(studio, api_key):
    request = Request(f"{studio.url}/api/v1/jobs", headers={"Authorization": f"Bearer {api_key}"})

    def poll(_):
        with urlopen(request, timeout=60) as answer:
            return answer.status, "items" in json.load(answer)

    with ThreadPoolExecutor(100) as scripts:
        assert set(scripts.map(poll, range(300))) == {(200, True)}


def test_every_command_of_the_walk_works(studio, api_key, tmp_path):
    done = subprocess.run(
        ["bash", "-euo", "pipefail"],
        input=read_commands(),
        env={"PATH": os.environ["PATH"], "STUDIO": studio.url, "KEY": api_key},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=540,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    predicted = list(csv.DictReader((tmp_path / "predictions.csv").open()))
    assert [row["Suggested Label"] for row in predicted] == ["small", "big"]
    cleaned = list(csv.DictReader((tmp_path / "cleanset.csv").open()))
    fixed = {row["cleanlab_row_ID"] for row in cleaned if row["cleanlab_action"] == "auto-fix"}
    assert {"6", "69"} <= fixed
    assert (tmp_path / "bundle.zip").stat().st_size > 1_000
