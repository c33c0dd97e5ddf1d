"""Who may reach what: every address of the product, read from its own list of addresses."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from studio.api_keys import create_key
from studio.models import Membership, User

from .factories import (
    make_cleanset,
    make_features,
    make_import,
    make_model,
    make_result,
    make_webhook,
)

pytestmark = pytest.mark.django_db

# Addresses without an id: everybody signed in has a page of their own there.
OPEN = {"home", "theme_set", "sign_in", "sign_out", "first_admin"}
OWN = {"account", "dataset_list", "dataset_create", "sample_create", "project_list", "model_list"}
OWN |= {"model_table", "project_create", "key_create", "webhook_create"}
OWN |= {"url_dataset_create"}
WRITING = {
    "studio:dataset_reread",
    "studio:dataset_delete",
    "studio:project_delete",
    "studio:row_decide",
    "studio:cleanset_clean_top",
    "studio:cleanset_auto_label",
    "studio:cleanset_auto_fix",
    "studio:version_create",
    "studio:batch_undo",
    "studio:import_create",
    "studio:webhook_detail",
    "studio:webhook_switch",
    "studio:webhook_test",
    "studio:webhook_delete",
    "studio:delivery_send",
    "models_app:model_create",
    "models_app:model_retrain",
    "models_app:model_delete",
    "models_app:model_stop",
    "models_app:model_cancel",
    "models_app:verification_create",
    "models_app:verification_cancel",
    "inference:result_create",
    "inference:result_delete",
    "inference:result_look",
    "inference:result_start",
    "inference:rows_send",
    "inference:result_cancel",
}
# A viewer may do it, and it is no page.
ASKING = {"inference:predict_json"}
# Without signing in, with what this server has signed (tests/inference/test_export_links.py).
SIGNED = {"inference:export_download"}
# Of an account, not of a workspace: for others it is not there.
PERSONAL = {"studio:key_revoke"}


def own_patterns():
    for resolver in get_resolver().url_patterns:
        namespace = getattr(resolver, "namespace", None)
        if namespace in {"studio", "models_app", "inference"}:
            for pattern in resolver.url_patterns:
                assert isinstance(pattern, URLPattern)
                yield f"{namespace}:{pattern.name}", pattern


PATTERNS = dict(own_patterns())
NO_ID = {"studio:first_admin"} | SIGNED
WITH_ID = [name for name, p in PATTERNS.items() if p.pattern.converters and name not in NO_ID]


@pytest.fixture
def ids(alice, tmp_path):
    cleanset = make_cleanset(alice, tmp_path)
    model = make_model(cleanset, tmp_path)
    result = make_result(model, tmp_path)
    make_features(cleanset.project, tmp_path)
    imported = make_import(cleanset, tmp_path)
    webhook = make_webhook(alice)
    return {
        "dataset_id": cleanset.project.dataset_id,
        "project_id": cleanset.project_id,
        "cleanset_id": cleanset.pk,
        "model_id": model.pk,
        "result_id": result.pk,
        "row_id": 2,
        "position": 0,
        "import_id": imported.pk,
        "batch_id": uuid4(),
        "version": 1,
        "webhook_id": webhook.pk,
        "delivery_id": webhook.deliveries.get().pk,
        "key_id": create_key(user=alice, name="script", scope="write")[0].pk,
    }


def address(name, ids):
    return reverse(name, kwargs={key: ids[key] for key in PATTERNS[name].pattern.converters})


def test_every_address_is_known_to_this_test():
    without_id = {name.partition(":")[2] for name in PATTERNS.keys() - {*WITH_ID, *SIGNED}}
    assert without_id == OPEN | OWN
    assert set(WITH_ID) >= WRITING | ASKING | PERSONAL


@pytest.mark.parametrize("name", WITH_ID)
def test_the_owner_reaches_it(name, ids, alice_client):
    status = alice_client.get(address(name, ids), follow=True).status_code
    assert status in ({200, 405} if name in WRITING | ASKING | PERSONAL else {200})


@pytest.mark.parametrize("name", WITH_ID)
def test_somebody_else_finds_nothing(name, ids, client, bob):
    client.force_login(bob)
    url = address(name, ids)
    reading = client.get(url).status_code
    writing = client.post(url, {"action": "keep", "k": 1, "name": "x"}).status_code
    assert 404 in {reading, writing}
    assert {reading, writing} <= {404, 405}


@pytest.mark.parametrize("name", WITH_ID)
def test_an_anonymous_visitor_is_sent_to_sign_in(name, ids, client):
    answer = client.get(address(name, ids))
    assert answer.status_code == 302
    assert answer.url.startswith("/sign-in/")


@pytest.mark.parametrize("name", WITH_ID)
def test_a_viewer_reads_and_does_not_write(name, ids, client, alice):
    viewer = User.objects.create_user("viewer@example.org")
    Membership.objects.create(workspace=alice.workspaces.get(), user=viewer, role="viewer")
    client.force_login(viewer)
    url = address(name, ids)
    if name in WRITING:
        assert client.post(url, {"action": "keep", "k": 1, "name": "x"}).status_code == 403
    elif name in ASKING:
        assert client.post(url).status_code == 415
    elif name in PERSONAL:
        assert client.post(url).status_code == 404
    else:
        assert client.get(url, follow=True).status_code == 200


@pytest.mark.parametrize("name", SIGNED)
def test_what_is_not_signed_is_refused_whoever_asks(name, ids, alice_client):
    for client in (alice_client, Client()):
        for token in ("x", ids["result_id"].hex):
            assert client.get(reverse(name, args=[token])).status_code == 403


CLIENT = [
    pattern
    for resolver in get_resolver().url_patterns
    if getattr(resolver, "namespace", None) == "client_api"
    for pattern in resolver.url_patterns
    if pattern.name != "not_here"
]
CLIENT_WITH_ID = [p for p in CLIENT if any(key.endswith("_id") for key in p.pattern.converters)]
# What the client asks before it has a key, or sends to an address that this server has signed.
CLIENT_OPEN = {"check_version", "validate", "telemetry", "upload_part", "batch_upload"}
METHODS = ("GET", "POST", "PATCH", "DELETE")


def client_address(pattern, ids):
    known = {"query_id": uuid4(), "column": "label", "token": "x"} | ids
    kwargs = {key: known[key] for key in pattern.pattern.converters}
    return reverse(f"client_api:{pattern.name}", kwargs=kwargs)


@pytest.mark.parametrize("pattern", CLIENT_WITH_ID, ids=lambda pattern: pattern.name)
def test_the_key_of_somebody_else_finds_nothing(pattern, ids, client, bob):
    _, key = create_key(user=bob, name="script", scope="write")
    url = client_address(pattern, ids)
    answers = [
        client.generic(method, url, headers={"authorization": f"bearer {key}"})
        for method in METHODS
    ]
    assert {answer.status_code for answer in answers} <= {404, 405}
    assert 404 in {answer.status_code for answer in answers}
    assert all(answer.json()["error"] for answer in answers)


@pytest.mark.parametrize("pattern", CLIENT, ids=lambda pattern: pattern.name)
def test_scripts_without_a_key_get_no_further(pattern, ids, alice_client):
    url = client_address(pattern, ids)
    statuses = {alice_client.generic(method, url).status_code for method in METHODS}
    if pattern.name in CLIENT_OPEN:
        assert 401 not in statuses
    else:
        assert statuses in ({401}, {401, 405})


def test_a_project_cannot_be_made_of_somebody_elses_dataset(ids, client, bob):
    client.force_login(bob)
    url = reverse("studio:project_create") + f"?dataset={ids['dataset_id'].hex}"
    assert client.get(url).status_code == 404
    assert client.post(url, {}).status_code == 404


def test_an_id_that_is_none_is_a_404_and_no_error(client, alice):
    client.force_login(alice)
    for url in ("/projects/new/?dataset=x", "/projects/zzz/", f"/projects/{uuid4()}/"):
        assert client.get(url).status_code == 404


def test_every_answer_carries_the_security_headers(ids, alice_client):
    for url in ("/", address("inference:result_list", ids), "/nothing/"):
        headers = alice_client.get(url).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
