"""What the client asks first."""

import pytest
from django.core.cache import cache

from studio.api_keys import create_key

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _counts_from_zero():
    cache.clear()


def bearer(key):
    return {"authorization": f"bearer {key}"}


def test_the_version_of_the_client_is_right(client):
    answer = client.post(
        "/api/cli/v0/check_client_version", {"version": "2.5.21"}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()) == (200, {"valid": True})


def test_a_key_is_valid_or_it_is_not(client, alice):
    _, key = create_key(user=alice, name="script", scope="read")
    url = "/api/cli/v0/validate"
    assert client.get(url, headers=bearer(key)).json() == {"valid": True}
    for wrong in ({}, bearer("bad"), bearer(key + "x")):
        answer = client.get(url, headers=wrong)
        assert (answer.status_code, answer.json()) == (200, {"valid": False})


def test_telemetry_is_thrown_away_unread(client, caplog):
    answer = client.post(
        "/api/cli/v0/telemetry", {"api_key": "a secret"}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()) == (200, {})
    assert "a secret" not in caplog.text


def test_other_methods_are_refused_in_json(client):
    answer = client.get("/api/cli/v0/telemetry")
    assert (answer.status_code, answer.json()) == (
        405,
        {"error": "This address takes POST only."},
    )
