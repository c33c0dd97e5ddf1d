"""The official client with keys that work and keys that do not."""

import pytest

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("client")]

TRY_KEY = """
import json, os
from cleanlab_studio import Studio
try:
    Studio(os.environ["API_KEY"])
    print(json.dumps("ok"))
except Exception as error:
    print(json.dumps(f"{type(error).__name__}: {error}"))
"""


def test_a_key_that_works_opens_the_studio(run_client):
    assert run_client(TRY_KEY) == "ok"


def test_a_wrong_key_is_told_at_once(run_client):
    said = run_client(TRY_KEY, API_KEY="bad")
    assert said.startswith("ValueError: Invalid API key")


def test_signing_in_on_the_command_line(run_cli, api_key, tmp_path):
    done = run_cli("login", "--key", api_key)
    assert (done.code, "API key is valid" in done.output) == (0, True)
    assert api_key in (tmp_path / "config" / "cleanlab" / "settings.json").read_text()
    refused = run_cli("login", "--key", "bad")
    assert (refused.code, "AuthError" in refused.errors) == (1, True)
