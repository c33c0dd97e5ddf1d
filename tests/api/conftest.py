"""Whoever asks the API with a key, as a script does."""

import json

import pytest
from django.core.cache import cache
from django.test import Client

from studio.api_keys import create_key

from ..corpus_models import predictor_files  # noqa: F401
from ..factories import make_cleanset, make_model
from ..inference.conftest import (  # noqa: F401
    _serving,
    no_serving,
    serving,
    small_model,
    small_predictor,
)

ROOT = "/api/v1"


class Caller:
    def __init__(self, user, scope="write"):
        self.key = create_key(user=user, name="script", scope=scope)[1]
        self.client = Client(enforce_csrf_checks=True)

    def ask(self, method, path, body=None, **options):
        """The answer; `path` without the root, `body` is sent as JSON."""
        if body is not None:
            options |= {"data": json.dumps(body), "content_type": "application/json"}
        headers = {"Authorization": f"Bearer {self.key}"} | options.pop("headers", {})
        answer = self.client.generic(method, ROOT + path, headers=headers, **options)
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        if is_json and answer.status_code != 204:
            json.loads(answer.content, parse_constant=_refuse)
        return answer

    def get(self, path, **options):
        return self.ask("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.ask("POST", path, body, **options)

    def delete(self, path):
        return self.ask("DELETE", path)

    def upload(self, path, file, **fields):
        headers = {"Authorization": f"Bearer {self.key}"}
        return self.client.post(ROOT + path, {"file": file, **fields}, headers=headers)


def _refuse(constant):
    raise AssertionError(f"{constant} is no JSON")


def error_of(answer, status):
    """The code; every error has the same form and a sentence."""
    assert answer.status_code == status, answer.content
    error = answer.json()["error"]
    assert answer.headers["Content-Type"] == "application/json"
    assert set(error) <= {"code", "message", "line", "column", "fields"}
    assert error["message"].endswith(".")
    return error["code"]


@pytest.fixture(autouse=True)
def _counts_from_zero():
    cache.clear()


@pytest.fixture
def api(alice):
    return Caller(alice)


@pytest.fixture
def reader(alice):
    return Caller(alice, scope="read")


@pytest.fixture
def stranger(bob):
    return Caller(bob)


@pytest.fixture
def cleanset(alice, tmp_path):
    return make_cleanset(alice, tmp_path)


@pytest.fixture
def model(cleanset, tmp_path):
    return make_model(cleanset, tmp_path)
