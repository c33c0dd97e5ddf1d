"""Links that download predictions without a session: signed, expiring, gone with the row."""

from urllib.request import urlopen
from uuid import uuid4

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from inference.export_links import SALT, make_link
from studio.trash import delete_row

from ..factories import make_cleanset, make_model, make_result

pytestmark = pytest.mark.django_db

PLAIN_FILE = b'no,yes,Suggested Label\n0.2,0.8,"yes"\n'


@pytest.fixture
def result(alice, tmp_path):
    return make_result(make_model(make_cleanset(alice, tmp_path), tmp_path), tmp_path)


@pytest.fixture
def stranger():
    """Without a session."""
    return Client()


def link_of(token):
    return reverse("inference:export_download", args=[token])


def test_the_button_leads_to_a_link_that_needs_no_session(result, alice_client, stranger):
    answer = alice_client.get(reverse("inference:result_export", args=[result.pk]))
    assert answer.status_code == 302
    assert answer.url.startswith("/downloads/")
    file = stranger.get(answer.url)
    assert file.status_code == 200
    assert file.getvalue() == PLAIN_FILE
    assert file.headers["Cache-Control"] == "no-store"
    assert "sessionid" not in stranger.cookies


def test_a_script_can_use_a_link_again_and_again(result, live_server):
    for _ in range(2):
        with urlopen(live_server.url + make_link(result)) as answer:
            assert answer.read() == PLAIN_FILE


def test_the_page_has_a_link_for_each_export(result, alice_client, stranger):
    page = alice_client.get(reverse("inference:result_detail", args=[result.pk]))
    links = [link for export in page.context["exports"] for _, _, link in export["formats"]]
    assert len(links) == 10
    for link in links:
        assert link in page.content.decode()
        assert stranger.get(link).status_code == 200


def test_a_link_is_good_for_what_it_names_only(result, stranger):
    file = stranger.get(make_link(result, "with-columns", "jsonl") + "?what=plain&format=csv")
    assert file.getvalue().startswith(b'{"text": "fine", "Suggested Label": "yes"')


def test_an_expired_link_says_so(result, stranger, settings):
    link = make_link(result)
    settings.EXPORT_LINK_SECONDS = -1
    answer = stranger.get(link)
    assert answer.status_code == 410
    assert "for a while only" in answer.content.decode()


def test_a_changed_link_says_the_same_whether_or_not_there_is_such_a_result(result, stranger):
    token = make_link(result).split("/")[2]
    payload, rest = token.split(":", 1)
    named = [
        signing.dumps([pk.hex, "plain", "csv"], salt=SALT, key="another key" * 9)
        for pk in (result.pk, uuid4())
    ]
    swapped = f"{signing.dumps([uuid4().hex, 'plain', 'csv'], salt=SALT).split(':')[0]}:{rest}"
    other_salt = signing.dumps([result.pk.hex, "plain", "csv"], salt="other")
    tokens = [*named, swapped, other_salt, token[:-1], token + "x", payload, "x", "::", "é\x00"]
    answers = [stranger.get(link_of(each)) for each in tokens]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.content for answer in answers}) == 1
    assert "not one that this server has made" in answers[0].content.decode()


def test_a_link_does_not_outlive_the_predictions(result, stranger):
    link = make_link(result)
    delete_row(result)
    assert stranger.get(link).status_code == 404


def test_a_link_to_a_result_that_is_being_made_anew_finds_nothing(result, stranger):
    link = make_link(result)
    result.status = "predicting"
    result.save()
    assert stranger.get(link).status_code == 404


def test_a_link_of_a_replaced_secret_key_still_works(result, stranger, settings):
    link = make_link(result)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret that is long enough for anything at all 0123"
    assert stranger.get(link).status_code == 200


def test_only_members_are_given_a_link(result, bob, stranger):
    stranger.force_login(bob)
    assert stranger.get(reverse("inference:result_export", args=[result.pk])).status_code == 404
