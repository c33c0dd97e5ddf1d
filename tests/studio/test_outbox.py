"""Mail leaves the house by the mechanism of `studio.sending`: kept, tried again, given up."""

from email import message_from_bytes
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest
from django.utils import timezone

from studio.models import OutboxMessage
from studio.outbox import deliver_due, send_template
from studio.sending import RETRY_MINUTES

from ..factories import make_cleanset

pytestmark = pytest.mark.django_db


class MailServer(ThreadingTCPServer):
    """As much of SMTP as a client needs to hand over a mail, or to be refused."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.answer, self.mails = b"250 ok", []


class Session(StreamRequestHandler):
    def handle(self):
        self.say(b"220 ready")
        for line in self.rfile:
            if line.upper().startswith(b"DATA"):
                self.say(b"354 go on")
                text = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.mails.append(message_from_bytes(text))
                self.say(b"250 ok")
            elif line.upper().startswith(b"MAIL"):
                self.say(self.server.answer)
            else:
                self.say(b"250 ok")

    def say(self, words):
        self.wfile.write(words + b"\r\n")


@pytest.fixture
def mail_server(settings):
    server = MailServer()
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    settings.EMAIL_URL = "smtp://localhost"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def message(alice, tmp_path):
    context = {"cleanset": make_cleanset(alice, tmp_path), "project_name": "words"}
    send_template([alice.email], "analysis_ready", context)
    return OutboxMessage.objects.get()


def test_a_mail_is_sent_once(mail_server, message, alice):
    assert (deliver_due(), deliver_due()) == (1, 0)
    message.refresh_from_db()
    (mail,) = mail_server.mails
    assert (mail["To"], mail["Message-ID"]) == (alice.email, message.message_id)
    assert (message.state, message.attempts, message.last_error) == ("sent", 1, "")
    assert message.sent_at is not None


def test_a_mail_that_is_refused_is_tried_again_and_given_up_at_last(mail_server, message):
    mail_server.answer = b"451 not now"
    states = []
    for _ in RETRY_MINUTES:
        assert deliver_due() == 1
        assert deliver_due() == 0
        OutboxMessage.objects.update(next_attempt_at=timezone.now())
        message.refresh_from_db()
        states.append(message.state)
    assert states == ["due"] * (len(RETRY_MINUTES) - 1) + ["failed"]
    assert "not now" in message.last_error
    assert deliver_due() == 0


def test_without_a_mail_server_it_is_kept_for_the_operator(message, settings):
    settings.EMAIL_URL = ""
    deliver_due()
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("kept", 0)
