"""The official client with keys that work and keys that do not."""

import json

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

END_KEYS = """
from datetime import timedelta
from django.utils import timezone
from studio.api_keys import find_key, revoke_key
expired, revoked = find_key("{}"), find_key("{}")
expired.expires_at = timezone.now() - timedelta(seconds=1)
expired.save()
revoke_key(revoked)
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


def test_keys_that_have_ended_are_told_and_keys_that_may_only_read_upload_nothing(
    run_client, studio, api_key, tmp_path
):
    email = "script@example.org"
    expired, revoked, reading = (
        studio.make_key(email, "--days", "1"),
        studio.make_key(email),
        studio.make_key(email, "--scope", "read"),
    )
    studio.manage("shell", "--no-imports", "-c", END_KEYS.format(expired, revoked))
    for key in (expired, revoked):
        assert run_client(TRY_KEY, API_KEY=key).startswith("ValueError: Invalid API key")
    assert run_client(TRY_KEY, API_KEY=reading) == "ok"
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    uploads = json.dumps([[str(tmp_path / "a.csv"), None]])
    (said,) = run_client("upload_files.py", UPLOADS=uploads, API_KEY=reading)
    assert said.startswith("APIError: This API key may only read.")
