"""Who may reach what over the API: every operation with an id, read from its own description."""

import json
from functools import cache
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver
from django.utils.module_loading import import_string

from studio.models import Job, Membership

from ..factories import make_cleanset, make_model, make_result
from .conftest import Caller, error_of

pytestmark = pytest.mark.django_db
BODIES = {
    "decide_row": {"action": "keep"},
    "decide_rows": {"action": "keep"},
    "tag_row": {"needs_review": True},
    "undo": {},
    "start": {},
    "predict": {"rows": [{"text": "x"}]},
    "make_project": {"dataset_id": "dataset_id"},
    "deploy": {"cleanset_id": "cleanset_id"},
}
UPLOADS = {"bring_file"}
# Operations that answer to the owner with something else than success, as the rows here are.
REFUSED = {
    "make_version": 409,
    "start": 409,
    "cancel": 409,
    "stop_early": 409,
    "cancel_prediction": 409,
    "predict": 503,
}
# A viewer may do it, and it is no GET.
ASKING = {"predict"}
LISTS = {"list_datasets", "list_projects", "list_deployments", "list_predictions", "list_jobs"}
OWN = {"upload_dataset", "fetch_dataset"}


@cache
def operations():
    assert get_resolver().url_patterns
    described = json.loads(import_string("api.routes.write_openapi")())
    return {
        operation["operationId"]: (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }


def names():
    return sorted(operations().keys() - LISTS - OWN)


@pytest.fixture
def ids(alice, tmp_path, settings):
    settings.SERVING_SOCKET = str(tmp_path / "nobody.sock")
    cleanset = make_cleanset(alice, tmp_path)
    model = make_model(cleanset, tmp_path)
    job = Job.objects.create(
        workspace=cleanset.workspace,
        kind="ingestion",
        subject_id=uuid4(),
        queue="io",
        deadline_at=cleanset.created_at,
    )
    return {
        "dataset_id": cleanset.project.dataset_id,
        "project_id": cleanset.project_id,
        "cleanset_id": cleanset.pk,
        "row_id": 2,
        "model_id": model.pk,
        "result_id": make_result(model, tmp_path).pk,
        "job_id": job.pk,
    }


def ask(caller, name, ids):
    method, path = operations()[name]
    if name in UPLOADS:
        return caller.upload(path.format(**ids), SimpleUploadedFile("x.csv", b"text\nfine\n"))
    body = BODIES.get(name)
    if body:
        body = {
            key: str(ids.get(value, "")) if key in ids else value for key, value in body.items()
        }
    return caller.ask(method, path.format(**ids), body)


def test_every_operation_is_known_to_this_test():
    with_id = {name for name, (_, path) in operations().items() if "{" in path}
    assert set(names()) == with_id | {"make_project", "deploy"}


@pytest.mark.parametrize("name", names())
def test_the_owner_reaches_it(name, ids, api):
    answer = ask(api, name, ids)
    assert answer.status_code == REFUSED.get(name, answer.status_code)
    assert answer.status_code < 300 or name in REFUSED, getattr(answer, "content", b"")


@pytest.mark.parametrize("name", names())
def test_somebody_else_finds_nothing(name, ids, stranger):
    assert error_of(ask(stranger, name, ids), 404) == "NOT_FOUND"


@pytest.mark.parametrize("name", names())
def test_a_viewer_reads_and_does_not_write(name, ids, alice, bob):
    Membership.objects.create(workspace=alice.workspaces.get(), user=bob, role="viewer")
    answer = ask(Caller(bob), name, ids)
    if operations()[name][0] == "GET" or name in ASKING:
        assert answer.status_code == REFUSED.get(name, 200)
    else:
        assert error_of(answer, 403) == "FORBIDDEN"


@pytest.mark.parametrize("name", sorted(operations()))
def test_nobody_asks_without_a_key(name, ids, client):
    method, path = operations()[name]
    answer = client.generic(method, "/api/v1" + path.format(**ids))
    assert error_of(answer, 401) == "NO_KEY"


@pytest.mark.parametrize("name", sorted(LISTS))
def test_a_list_has_only_what_is_ones_own(name, ids, api, stranger):
    path = operations()[name][1]
    assert api.get(path).json()["total"] == 1
    assert stranger.get(path).json()["total"] == 0


def test_filters_by_an_id_of_others_find_nothing(ids, stranger):
    for path in (
        f"/deployments?project_id={ids['project_id']}",
        f"/predictions?deployment_id={ids['model_id']}",
    ):
        assert stranger.get(path).json()["total"] == 0
