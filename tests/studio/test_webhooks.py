"""Webhooks: what a receiver gets, how often it is tried, and what its owner sees."""

import json
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from automl.errors import InputError
from studio import webhook_delivery
from studio.jobs import JobFailure, start_job, transitions
from studio.models import OutboxMessage, Webhook, WebhookDelivery, WebhookEvent
from studio.sending import RETRY_MINUTES
from studio.trash import delete_row
from studio.webhook_delivery import MAX_GIVEN_UP, deliver_due, deliver_forever, forget_old
from studio.webhooks import announce, create_webhook, send_again, send_test, switch_off

from ..factories import make_cleanset
from ..receivers import receiving, respond

pytestmark = pytest.mark.django_db

ACCOUNT = reverse("studio:account")
PUBLIC = "https://hooks.example.org/in"
READY = WebhookEvent.PROJECT_READY
ROOT = Path(__file__).parent.parent.parent
ALL = [event.value for event in WebhookEvent if event != WebhookEvent.TEST]


@pytest.fixture(autouse=True)
def _local_receivers(settings):
    settings.OUTGOING_ALLOWED_HOSTS = ["127.0.0.1"]
    cache.clear()


def make_webhook(user, url, events=ALL):
    return create_webhook(user=user, workspace=user.workspaces.get(), url=url, events=events)


def tell(user, event=READY, **data):
    announce(event, user.workspaces.get(), data)


def address(name, webhook, *more):
    return reverse(f"studio:{name}", args=[webhook.pk, *more])


def make_due():
    WebhookDelivery.objects.filter(state="due").update(next_attempt_at=timezone.now())


def verify(secret, headers, body):
    """By the lines that the page of a new webhook and docs/webhooks.md show."""
    shown = (ROOT / "templates" / "studio" / "webhook_check.txt").read_text()
    assert shown in (ROOT / "docs" / "webhooks.md").read_text()
    made = {}
    exec(shown, made)
    return made["is_genuine"](secret, headers["Cleanset-Signature"], body)


def test_a_receiver_gets_a_signed_body_with_ids_and_a_link(alice):
    with receiving() as receiver:
        webhook = make_webhook(alice, receiver.url("/in?key=k"))
        tell(alice, project_name="wörter")
        assert deliver_due() == 1
    ((method, path, headers, body),) = receiver.requests
    assert (method, path) == ("POST", "/in?key=k")
    assert headers["Content-Type"] == "application/json"
    delivery = WebhookDelivery.objects.get()
    assert headers["Cleanset-Event"] == "project.ready"
    assert headers["Cleanset-Delivery"] == delivery.id.hex
    assert verify(webhook.secret, headers, body)
    assert not verify("whsec_other", headers, body)
    assert not verify(webhook.secret, headers, body + b" ")
    told = json.loads(body)
    assert (told["id"], told["event"]) == (delivery.event_id.hex, "project.ready")
    assert told["data"] == {"project_name": "wörter"}
    webhook.refresh_from_db()
    assert (delivery.state, delivery.last_status) == ("sent", 200)
    assert (webhook.last_error, webhook.last_tried_at is not None) == ("", True)
    assert deliver_due() == 0


def test_only_webhooks_that_listen_are_told_and_of_one_event_all_by_one_id(alice, bob):
    both = [make_webhook(alice, PUBLIC, ["project.ready"]), make_webhook(alice, PUBLIC)]
    make_webhook(alice, PUBLIC, ["model.trained"])
    make_webhook(bob, PUBLIC)
    switch_off(make_webhook(alice, PUBLIC))
    delete_row(make_webhook(alice, PUBLIC))
    tell(alice)
    deliveries = WebhookDelivery.objects.all()
    assert {delivery.webhook for delivery in deliveries} == set(both)
    assert len({delivery.event_id for delivery in deliveries}) == 1


def test_the_end_of_an_analysis_is_told_in_the_transaction_that_ends_it(alice, tmp_path, settings):
    settings.SITE_URL = "https://studio.example.org"
    cleanset = make_cleanset(alice, tmp_path)
    type(cleanset).objects.update(status="analyzing")
    make_webhook(alice, PUBLIC)
    job = start_job("analysis", cleanset.pk, workspace=cleanset.workspace)
    secret = "the cell in line 3 is 'secret'"
    assert transitions.fail_job(job, JobFailure("RAGGED_ROWS", secret))
    delivery = WebhookDelivery.objects.get()
    assert delivery.event == "project.failed"
    project = cleanset.project
    assert delivery.payload["data"] == {
        "project_id": project.hex_id,
        "project_name": project.name,
        "cleanset_id": cleanset.hex_id,
        "version": 1,
        "status": "failed",
        "error_code": "RAGGED_ROWS",
        "url": f"https://studio.example.org/projects/{project.hex_id}/versions/1/",
    }
    assert "secret" not in json.dumps(delivery.payload)


def test_what_did_not_arrive_is_tried_again_under_the_same_id_and_anew_signed(alice):
    answers = iter([500, 302, 204])
    with receiving(lambda handler: respond(handler, next(answers))) as receiver:
        make_webhook(alice, receiver.url())
        tell(alice)
        for error in ("It answered 500.", "It answered 302. Redirects are not followed.", ""):
            before = timezone.now()
            assert deliver_due() == 1
            delivery = WebhookDelivery.objects.get()
            assert delivery.last_error == error
            waits = delivery.next_attempt_at - before
            minutes = RETRY_MINUTES[delivery.attempts - 1]
            assert timedelta(minutes=minutes) <= waits < timedelta(minutes=minutes, seconds=5)
            assert deliver_due() == 0
            make_due()
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("sent", 3, 204)
    assert len({headers["Cleanset-Delivery"] for _, _, headers, _ in receiver.requests}) == 1
    assert len({body for *_, body in receiver.requests}) == 1


def test_a_delivery_is_given_up_after_its_last_try(alice):
    with receiving(lambda handler: respond(handler, 503)) as receiver:
        webhook = make_webhook(alice, receiver.url())
        tell(alice)
        for _ in RETRY_MINUTES:
            assert deliver_due() == 1
            make_due()
        assert deliver_due() == 0
    webhook.refresh_from_db()
    assert WebhookDelivery.objects.get().state == "failed"
    assert (webhook.n_given_up, webhook.is_active) == (1, True)


def give_up(user, n_times):
    for _ in range(n_times):
        tell(user)
    WebhookDelivery.objects.update(attempts=len(RETRY_MINUTES) - 1)
    while deliver_due():
        pass


def test_a_webhook_that_never_answers_is_switched_off_and_its_owner_is_told(alice):
    with receiving(lambda handler: respond(handler, 500)) as receiver:
        webhook = make_webhook(alice, receiver.url())
        give_up(alice, MAX_GIVEN_UP + 2)
    webhook.refresh_from_db()
    assert not webhook.is_active
    assert len(receiver.requests) == MAX_GIVEN_UP
    assert sorted(webhook.deliveries.values_list("state", flat=True)) == [
        *["failed"] * MAX_GIVEN_UP,
        *["kept"] * 2,
    ]
    mail = OutboxMessage.objects.get()
    assert mail.recipients == [alice.email]
    assert reverse("studio:webhook_detail", args=[webhook.pk]) in mail.text
    assert "It answered 500." in mail.text
    tell(alice)
    assert webhook.deliveries.count() == MAX_GIVEN_UP + 2


def test_one_that_arrives_makes_good_for_those_that_did_not(alice):
    webhook = make_webhook(alice, PUBLIC)
    Webhook.objects.update(n_given_up=MAX_GIVEN_UP - 1)
    with receiving() as receiver:
        Webhook.objects.update(url=receiver.url())
        tell(alice)
        deliver_due()
    webhook.refresh_from_db()
    assert webhook.n_given_up == 0


def test_a_host_that_is_not_public_is_an_outcome_in_plain_words(alice, settings):
    webhook = make_webhook(alice, "http://127.0.0.1:9/")
    settings.OUTGOING_ALLOWED_HOSTS = []
    tell(alice)
    deliver_due()
    webhook.refresh_from_db()
    assert webhook.last_error.startswith("This server does not connect to 127.0.0.1")
    assert WebhookDelivery.objects.get().last_status is None


def test_each_webhook_gets_one_try_a_round_so_none_waits_for_all_of_another(alice):
    with receiving() as receiver:
        flooded = make_webhook(alice, receiver.url("/flooded"))
        for _ in range(5):
            tell(alice)
        quiet = make_webhook(alice, receiver.url("/quiet"))
        send_test(quiet)
        assert deliver_due() == 2
        assert {path for _, path, _, _ in receiver.requests} == {"/flooded", "/quiet"}
        while deliver_due():
            pass
    assert flooded.deliveries.filter(state="sent").count() == 5


@pytest.mark.parametrize("is_read_again", [False, True])
def test_of_two_senders_one_makes_the_try(is_read_again, alice, monkeypatch):
    """The second has found the row before the first one took it, and read it before or after."""
    with receiving(lambda handler: respond(handler, 500)) as receiver:
        make_webhook(alice, receiver.url())
        tell(alice)
        (seen,) = webhook_delivery._find_due()
        assert deliver_due() == 1
        if is_read_again:
            seen.refresh_from_db()
        monkeypatch.setattr(webhook_delivery, "_find_due", lambda: [seen])
        assert deliver_due() == 0
    assert len(receiver.requests) == 1


@pytest.mark.django_db(transaction=True)
def test_a_slow_receiver_holds_up_neither_the_loop_nor_other_receivers(alice, monkeypatch):
    monkeypatch.setattr(webhook_delivery, "ANSWER_SECONDS", 2)
    stop = threading.Event()
    with receiving(lambda handler: time.sleep(4)) as slow, receiving() as quick:
        make_webhook(alice, slow.url())
        make_webhook(alice, quick.url())
        tell(alice)
        senders = [threading.Thread(target=deliver_forever, args=(stop,)) for _ in range(2)]
        started = time.monotonic()
        for sender in senders:
            sender.start()
        while not quick.requests and time.monotonic() < started + 10:
            time.sleep(0.01)
        assert time.monotonic() - started < 1.5
        stop.set()
        for sender in senders:
            sender.join()
    assert Webhook.objects.get(url=slow.url()).last_error.endswith("did not answer in time (2 s).")


@pytest.mark.django_db(transaction=True)
def test_a_sender_survives_what_it_did_not_expect(monkeypatch, settings):
    settings.RECONCILE_SECONDS = 0
    stop = threading.Event()
    rounds = []

    def fail():
        rounds.append(1)
        if len(rounds) == 3:
            stop.set()
        raise KeyError("unexpected")

    monkeypatch.setattr(webhook_delivery, "deliver_due", fail)
    deliver_forever(stop)
    assert len(rounds) == 3


def test_old_deliveries_are_forgotten_and_those_on_their_way_are_not(alice):
    make_webhook(alice, PUBLIC)
    for state in ("sent", "failed", "kept", "due"):
        tell(alice)
        WebhookDelivery.objects.filter(state="due").update(state=state)
    WebhookDelivery.objects.update(created_at=timezone.now() - timedelta(days=31))
    forget_old()
    assert [delivery.state for delivery in WebhookDelivery.objects.all()] == ["due"]


# --- Pages ---------------------------------------------------------------------------------------


def test_the_secret_is_shown_when_it_is_made_and_never_again(alice_client, operator, client):
    form = {"url": PUBLIC, "events": ["project.ready", "model.failed"]}
    page = alice_client.post(reverse("studio:webhook_create"), form)
    webhook = Webhook.objects.get()
    assert webhook.secret in page.content.decode()
    assert (webhook.url, webhook.events) == (PUBLIC, form["events"])
    pages = [alice_client.get(url) for url in (ACCOUNT, address("webhook_detail", webhook))]
    client.force_login(operator)
    pages.append(client.get(reverse("admin:studio_webhook_change", args=[webhook.pk])))
    for page in pages:
        assert page.status_code == 200
        assert webhook.secret not in page.content.decode()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"url": "", "events": ALL}, "Enter the address"),
        ({"url": PUBLIC, "events": []}, "Tick at least one event."),
        ({"url": PUBLIC, "events": ["test"]}, "Select a valid choice"),
        ({"url": "hooks.example.org", "events": ALL}, "Enter a whole address"),
        ({"url": "https://10.0.0.1/", "events": ALL}, "does not connect to 10.0.0.1:"),
        ({"url": f"https://example.org/{'x' * 2000}", "events": ALL}, "at most 2000 characters"),
        ({"url": '"><script>alert(1)</script>', "events": ALL}, "Enter a whole address"),
    ],
)
def test_a_webhook_that_cannot_work_is_not_made(form, words, alice_client):
    page = alice_client.post(reverse("studio:webhook_create"), form)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert "<script>alert" not in page.content.decode()
    assert not Webhook.objects.exists()


def test_nobody_has_more_webhooks_than_can_be_watched(alice, monkeypatch):
    monkeypatch.setattr("studio.webhooks.MAX_WEBHOOKS", 1)
    webhook = make_webhook(alice, PUBLIC)
    with pytest.raises(InputError, match="Delete one first"):
        make_webhook(alice, PUBLIC)
    delete_row(webhook)
    assert make_webhook(alice, PUBLIC)


def test_a_test_is_tried_once_and_its_outcome_is_shown(alice, alice_client):
    with receiving(lambda handler: respond(handler, 418)) as receiver:
        webhook = make_webhook(alice, receiver.url())
        page = alice_client.post(address("webhook_test", webhook), follow=True)
        assert "On its way" in page.content.decode()
        assert "every 1s" in page.content.decode()
        assert "Refresh to update" in page.content.decode()
        deliver_due()
    page = alice_client.get(address("webhook_detail", webhook)).content.decode()
    assert "It answered 418." in page
    assert "Gave up" in page
    assert "every 1s" not in page
    webhook.refresh_from_db()
    assert (webhook.n_given_up, webhook.is_active) == (0, True)
    assert "It answered 418." in alice_client.get(ACCOUNT).content.decode()


def test_a_delivery_is_sent_again_by_a_button_under_its_id(alice, alice_client):
    with receiving() as receiver:
        webhook = make_webhook(alice, receiver.url())
        tell(alice)
        deliver_due()
        delivery = WebhookDelivery.objects.get()
        switch_off(webhook)
        answer = alice_client.post(address("delivery_send", webhook, delivery.pk))
        assert answer.status_code == 302
        deliver_due()
    assert len({headers["Cleanset-Delivery"] for _, _, headers, _ in receiver.requests}) == 1
    assert len(receiver.requests) == 2


def test_what_is_asked_for_while_a_try_is_made_stands(alice, monkeypatch):
    """Somebody presses the button while the receiver is thinking."""
    make_webhook(alice, PUBLIC)
    tell(alice)

    def post(*args, **options):
        send_again(WebhookDelivery.objects.get())
        return 500

    monkeypatch.setattr(webhook_delivery, "post", post)
    assert deliver_due() == 1
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("due", 0)
    assert delivery.next_attempt_at <= timezone.now()


def test_tests_and_repetitions_are_no_way_to_flood_a_server(alice, alice_client):
    webhook = make_webhook(alice, PUBLIC)
    for _ in range(12):
        page = alice_client.post(address("webhook_test", webhook), follow=True)
    assert "often enough" in page.content.decode()
    assert webhook.deliveries.count() == 10


def test_a_webhook_is_changed_switched_and_deleted_by_its_owner(alice, alice_client):
    webhook = make_webhook(alice, PUBLIC)
    page = alice_client.post(address("webhook_detail", webhook), {"events": ["model.failed"]})
    assert page.status_code == 302
    page = alice_client.post(address("webhook_detail", webhook), {})
    assert page.status_code == 422
    alice_client.post(address("webhook_switch", webhook), {"to": "off"})
    webhook.refresh_from_db()
    assert (webhook.events, webhook.is_active) == (["model.failed"], False)
    assert "This webhook is off" in alice_client.get(address("webhook_detail", webhook)).text
    Webhook.objects.update(n_given_up=5)
    alice_client.post(address("webhook_switch", webhook), {"to": "on"})
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.n_given_up) == (True, 0)
    alice_client.post(address("webhook_delete", webhook))
    assert not Webhook.objects.exists()
    assert alice_client.get(address("webhook_detail", webhook)).status_code == 404


def test_a_delivery_is_found_under_its_own_webhook_only(alice, alice_client):
    one, other = make_webhook(alice, PUBLIC, ["project.ready"]), make_webhook(alice, PUBLIC, [])
    tell(alice)
    delivery = one.deliveries.get()
    assert alice_client.post(address("delivery_send", other, delivery.pk)).status_code == 404


def test_a_polling_page_gets_the_deliveries_alone(alice, alice_client):
    webhook = make_webhook(alice, PUBLIC)
    part = alice_client.get(address("webhook_detail", webhook), headers={"HX-Request": "true"})
    assert part.text.strip().startswith("<section")
    assert "<html" not in part.text
