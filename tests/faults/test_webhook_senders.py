"""The process that sends webhooks, killed in the middle of a delivery, and stopped beside one."""

import os
import signal
import time

import pytest
from django.utils import timezone

from studio.models import Webhook, WebhookDelivery

from ..factories import make_webhook
from ..receivers import receiving, respond
from .conftest import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(500), pytest.mark.xdist_group("faults")]


@pytest.fixture
def webhook(alice, monkeypatch):
    monkeypatch.setenv("OUTGOING_ALLOWED_HOSTS", "127.0.0.1")
    return make_webhook(alice)


def lead_to(receiver):
    Webhook.objects.update(url=receiver.url())


def is_sent():
    return WebhookDelivery.objects.get().state == "sent"


def test_a_delivery_cut_off_by_a_kill_arrives_later_under_its_id(workers, webhook):
    answers = iter([lambda handler: time.sleep(5), respond])
    with receiving(lambda handler: next(answers)(handler)) as receiver:
        lead_to(receiver)
        process = workers.start("reconcile")
        wait_until(lambda: receiver.requests, "the first try")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        delivery = WebhookDelivery.objects.get()
        assert (delivery.state, delivery.attempts) == ("due", 1)
        assert delivery.next_attempt_at > timezone.now()
        WebhookDelivery.objects.update(next_attempt_at=timezone.now())
        workers.start("reconcile")
        wait_until(is_sent, "the second try")
    assert [headers["Cleanset-Delivery"] for _, _, headers, _ in receiver.requests] == [
        delivery.id.hex
    ] * 2


def test_the_process_stops_at_once_though_a_receiver_is_slow(workers, webhook):
    with receiving(lambda handler: time.sleep(20)) as receiver:
        lead_to(receiver)
        process = workers.start("reconcile")
        wait_until(lambda: receiver.requests, "the first try")
        started = time.monotonic()
        process.terminate()
        process.wait(timeout=10)
        # The supervisor kills what takes two seconds.
        assert time.monotonic() - started < 2
