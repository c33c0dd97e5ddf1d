"""Signing in, and the one-time link of the first start."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from studio import first_admin
from studio.models import SignInLink, User

pytestmark = pytest.mark.django_db

FORM = {"email": "first@example.org", "password": "a fairly long secret"}


def path_of(link):
    return link[link.index("/first-admin/") :]


def test_the_link_makes_one_administrator_and_signs_in(client):
    path = path_of(first_admin.make_link())
    assert client.get(path).status_code == 200
    assert client.post(path, FORM).status_code == 302
    user = User.objects.get()
    assert user.is_superuser
    assert user.workspaces.get().is_personal
    assert client.get(reverse("studio:dataset_list")).status_code == 200
    assert client.post(path, FORM).status_code == 410


def test_a_newer_link_voids_the_older_one_and_links_expire(client):
    old, new = path_of(first_admin.make_link()), path_of(first_admin.make_link())
    assert client.get(old).status_code == 410
    assert client.get(new).status_code == 200
    SignInLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(new).status_code == 410


def test_the_link_itself_is_not_in_the_database():
    token = path_of(first_admin.make_link()).strip("/").rpartition("/")[2]
    assert SignInLink.objects.get().token_hash != token


def test_a_weak_password_is_refused(client):
    path = path_of(first_admin.make_link())
    answer = client.post(path, FORM | {"password": "12345678"})
    assert answer.status_code == 422
    assert not User.objects.exists()


def test_the_front_page_answers_and_everything_else_asks_to_sign_in(client):
    assert client.get("/").status_code == 200
    for name in ("dataset_list", "project_list", "account"):
        assert client.get(reverse(f"studio:{name}")).status_code == 302


def test_email_addresses_are_one_account_whatever_their_case(client, alice):
    answer = client.post(
        reverse("studio:sign_in"),
        {"username": "ALICE@example.org", "password": "alices long secret"},
    )
    assert answer.status_code == 302


def test_signing_in_does_not_lead_to_another_site(client, alice):
    url = reverse("studio:sign_in") + "?next=https://evil.example.org/"
    form = {"username": alice.email, "password": "alices long secret"}
    assert client.post(url, form).url == "/"
    theme = client.post(reverse("studio:theme_set"), {"theme": "dark", "next": "//evil.org/"})
    assert theme.url == "/"
    assert theme.cookies["theme"].value == "dark"


def test_the_account_page_opens_at_its_top(alice_client):
    assert "autofocus" not in alice_client.get(reverse("studio:account")).text
