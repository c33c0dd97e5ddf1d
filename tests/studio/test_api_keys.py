"""Keys of scripts: shown once, kept as a hash, ended by their owner, the clock or the operator."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from automl.errors import InputError
from studio.api_keys import create_key, find_key, revoke_key
from studio.bearer_keys import TooManyRequestsError, authenticate
from studio.models import ApiKey

pytestmark = pytest.mark.django_db
ACCOUNT = reverse("studio:account")


@pytest.fixture(autouse=True)
def _counts_from_zero():
    cache.clear()


def make_key(user, scope="write", **changes):
    row, key = create_key(user=user, name="script", scope=scope)
    ApiKey.objects.filter(pk=row.pk).update(**changes)
    return key


def ask(key, method="GET", scheme="Bearer"):
    return RequestFactory().generic(method, "/api/", headers={"authorization": f"{scheme} {key}"})


def refusal(request, **options):
    with pytest.raises(InputError) as caught:
        authenticate(request, **options)
    return caught.value.code


def test_a_key_is_shown_once_and_only_its_hash_is_kept(alice_client, alice):
    form = {"name": "nightly  job", "scope": "write", "valid_days": "30"}
    page = alice_client.post(reverse("studio:key_create"), form)
    row = ApiKey.objects.get()
    key = page.context["key"]
    assert key in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"
    assert (row.name, row.user) == ("nightly job", alice)
    assert timedelta(days=29) < row.expires_at - timezone.now() <= timedelta(days=30)
    assert key not in str(ApiKey.objects.values())
    listed = alice_client.get(ACCOUNT).content.decode()
    assert row.prefix in listed
    assert key not in listed


@pytest.mark.parametrize("form", [{"name": " ", "scope": "write"}, {"name": "x", "scope": "all"}])
def test_a_key_without_a_name_or_with_an_unknown_scope_is_not_made(form, alice_client):
    page = alice_client.post(reverse("studio:key_create"), form)
    assert page.status_code == 422
    assert "field__error" in page.content.decode()
    assert not ApiKey.objects.exists()


def test_the_scheme_is_written_as_one_likes_and_the_account_is_the_keys(alice):
    for scheme in ("Bearer", "bearer"):
        request = ask(make_key(alice), scheme=scheme)
        assert authenticate(request).user == alice
        assert request.user == alice


@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"key_hash": "0" * 64},
    ],
)
def test_a_revoked_an_expired_and_a_false_key_do_not_work(change, alice):
    assert refusal(ask(make_key(alice, **change))) == "WRONG_KEY"


def test_the_key_of_a_closed_account_does_not_work(alice):
    key = make_key(alice)
    alice.is_active = False
    alice.save(update_fields=["is_active"])
    assert refusal(ask(key)) == "WRONG_KEY"


@pytest.mark.parametrize("key", ["", "x", "cleanset_", "cleanset_é_x", "cleanset_12345678_x" * 99])
def test_what_is_no_key_is_refused(key):
    assert refusal(ask(key.encode().decode("latin-1"))) in {"NO_KEY", "WRONG_KEY"}


def test_a_reading_key_reads_and_asks_for_predictions(alice):
    key = make_key(alice, scope="read")
    assert authenticate(ask(key))
    assert authenticate(ask(key, "POST"), changes_nothing=True)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert refusal(ask(key, method)) == "READ_ONLY_KEY"


def test_its_last_use_is_shown_and_not_written_with_every_request(
    alice, alice_client, django_assert_num_queries
):
    key = make_key(alice)
    assert "never" in alice_client.get(ACCOUNT).content.decode()
    find_key(key)
    assert timezone.now() - ApiKey.objects.get().last_used_at < timedelta(minutes=1)
    with django_assert_num_queries(1):
        find_key(key)


def test_too_many_requests_of_a_key_wait_and_other_keys_do_not(alice, settings):
    settings.API_REQUESTS_PER_MINUTE = 3
    key, other = make_key(alice), make_key(alice)
    for _ in range(3):
        authenticate(ask(key))
    with pytest.raises(TooManyRequestsError) as caught:
        authenticate(ask(key))
    assert 1 <= caught.value.retry_seconds <= 61
    assert authenticate(ask(other))


def test_an_address_that_tries_wrong_keys_is_held_up_and_right_ones_are_not(alice, settings):
    settings.API_WRONG_KEYS_PER_MINUTE = 2
    codes = [refusal(ask("cleanset_00000000_x")) for _ in range(3)]
    assert codes == ["WRONG_KEY", "WRONG_KEY", "TOO_MANY_REQUESTS"]
    assert authenticate(ask(make_key(alice)))


def test_a_key_is_revoked_by_its_owner_alone(alice, client, bob, alice_client):
    row, key = create_key(user=alice, name="script", scope="write")
    url = reverse("studio:key_revoke", args=[row.pk])
    assert alice_client.post(url).status_code == 302
    assert find_key(key) is None
    row, key = create_key(user=alice, name="script", scope="write")
    client.force_login(bob)
    assert client.post(reverse("studio:key_revoke", args=[row.pk])).status_code == 404
    assert find_key(key)


def test_nobody_has_more_keys_than_can_be_watched(alice, monkeypatch):
    monkeypatch.setattr("studio.api_keys.MAX_KEYS", 1)
    row, _ = create_key(user=alice, name="one", scope="read")
    with pytest.raises(InputError, match="Revoke one first"):
        create_key(user=alice, name="two", scope="read")
    revoke_key(row)
    assert create_key(user=alice, name="two", scope="read")


def test_the_operator_makes_a_key_for_an_account(alice):
    out = StringIO()
    call_command("create_api_key", alice.email.upper(), stdout=out)
    assert find_key(out.getvalue().strip()).user == alice
    with pytest.raises(CommandError, match="no active account"):
        call_command("create_api_key", "nobody@example.org")
