"""Every operation asked as its description allows and as it does not, with rows that are there.

What no description can say, such as which columns a dataset has, is refused with a documented
status: that is checked here, too. Reproducible: what is generated depends on the code alone.
"""

import json
from contextlib import contextmanager
from uuid import UUID

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi import checks as of_openapi

from studio.api_keys import create_key
from studio.models import Job
from studio.wsgi import application

from ..factories import make_cleanset, make_model, make_result

pytestmark = pytest.mark.django_db
CHECKS = [
    schemathesis.checks.not_a_server_error,
    of_openapi.status_code_conformance,
    of_openapi.content_type_conformance,
    of_openapi.response_headers_conformance,
    of_openapi.response_schema_conformance,
    of_openapi.negative_data_rejection,
    of_openapi.unsupported_method,
    of_openapi.ignored_auth,
]
SOME, MANY = 6, 40


def bounded(max_examples):
    return settings(
        max_examples=max_examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.fixture
def _one_connection():
    """The connection of the test stays open after a request, as with Django's own client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def known(_one_connection, alice, tmp_path, settings):
    """Rows to aim at, by the names of parameters and fields, and a key to ask with."""
    settings.SERVING_SOCKET = str(tmp_path / "nobody.sock")
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    settings.API_WRONG_KEYS_PER_MINUTE = 1_000_000
    cache.clear()
    cleanset = make_cleanset(alice, tmp_path)
    model = make_model(cleanset, tmp_path)
    job = Job.objects.create(
        workspace=cleanset.workspace,
        kind="ingestion",
        subject_id=cleanset.project.dataset_id,
        queue="io",
        deadline_at=cleanset.created_at,
    )
    return {
        "dataset_id": cleanset.project.dataset_id.hex,
        "project_id": cleanset.project_id.hex,
        "cleanset_id": cleanset.pk.hex,
        "model_id": model.hex_id,
        "result_id": make_result(model, tmp_path).hex_id,
        "job_id": job.pk.hex,
        "row_id": 2,
        "key": create_key(user=alice, name="script", scope="write")[1],
    }


def aim(case, known):
    """At rows that are there; what is no id at all stays as it is."""
    for values in (case.path_parameters, case.body):
        if isinstance(values, dict):
            for name in values.keys() & known.keys():
                if is_id(name, values[name]):
                    values[name] = known[name]


def is_id(name, value):
    if name == "row_id":
        return isinstance(value, int)
    try:
        return bool(UUID(value))
    except (TypeError, ValueError, AttributeError):
        return False


@contextmanager
def taken_back():
    """Each request meets the same rows."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def check(case, known):
    aim(case, known)
    with taken_back():
        case.call_and_validate(headers={"Authorization": f"Bearer {known['key']}"}, checks=CHECKS)


@schema.parametrize()
@bounded(SOME)
def test_every_operation_does_as_it_is_described(case, known):
    check(case, known)


@pytest.mark.slow
@schema.parametrize()
@bounded(MANY)
def test_every_operation_does_as_it_is_described_asked_very_often(case, known):
    check(case, known)


def test_the_description_names_what_every_error_has():
    described = schema.raw_schema["components"]["schemas"]
    assert set(described["ErrorContent"]["properties"]) == {
        "code",
        "message",
        "line",
        "column",
        "fields",
    }
    assert "pydantic" not in json.dumps(schema.raw_schema)
