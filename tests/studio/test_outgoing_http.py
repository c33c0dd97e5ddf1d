"""Requests to other servers: where they may go, and that none is held up or misled."""

import ast
import socket
import ssl
import time
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from automl.errors import InputError
from studio import outgoing_http
from studio.environment import read_hosts
from studio.outgoing_http import download, post
from studio.outgoing_targets import find_endpoints, read_url

from ..receivers import receiving, respond

ROOT = Path(__file__).parent.parent.parent
CERTIFICATE = Path(__file__).parent / "tls" / "files.example.test.pem"
NAME = "files.example.test"
PUBLIC = "93.184.215.14"
OTHER_PUBLIC = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"

# What names resolve to here; numbers are read by the real resolver, which needs no network.
NAMES = {
    "example.org": [PUBLIC],
    "six.example.org": [OTHER_PUBLIC],
    "xn--mnchen-3ya.example": [PUBLIC],
    "localhost": ["127.0.0.1"],
    "inside.example.org": ["10.0.0.5"],
    "both.example.org": [PUBLIC, "192.168.1.9"],
    "metadata.example.org": ["169.254.169.254"],
    "mapped.example.org": ["::ffff:127.0.0.1"],
}

# 40 addresses; of the refused ones, not one packet leaves.
TABLE = [
    ("https://example.org/hook", ""),
    ("https://example.org./hook", ""),
    ("https://EXAMPLE.org:8443/hook?a=b#c", ""),
    (f"https://{PUBLIC}/", ""),
    (f"https://[{OTHER_PUBLIC}]/", ""),
    ("https://six.example.org/", ""),
    ("https://xn--mnchen-3ya.example/", ""),
    ("https://münchen.example/", "BAD_URL"),
    ("https://１２７.0.0.1/", "BAD_URL"),
    ("http://example.org/", "BAD_URL"),
    ("ftp://example.org/", "BAD_URL"),
    ("file:///etc/passwd", "BAD_URL"),
    ("gopher://127.0.0.1:6379/_INFO", "BAD_URL"),
    ("example.org/hook", "BAD_URL"),
    ("https:///hook", "BAD_URL"),
    ("https://", "BAD_URL"),
    ("https://user:word@example.org/", "BAD_URL"),
    ("https://example.org@127.0.0.1/", "BAD_URL"),
    ("https://example.org\\@127.0.0.1/", "BAD_URL"),
    ("https://example.org/a\r\nX-Injected: 1", "BAD_URL"),
    ("https://exam\tple.org/", "BAD_URL"),
    ("https://127%2e0.0.1/", "BAD_URL"),
    ("https://example.org:0/", "BAD_URL"),
    ("https://example.org:65536/", "BAD_URL"),
    ("https://example.org:22/", "BAD_URL"),
    ("https://example.org:25/", "BAD_URL"),
    ("https://127.0.0.1/", "HOST_REFUSED"),
    ("https://127.1/", "HOST_REFUSED"),
    ("https://2130706433/", "HOST_REFUSED"),
    ("https://0177.0.0.1/", "HOST_REFUSED"),
    ("https://0x7f.0x0.0x0.0x1/", "HOST_REFUSED"),
    ("https://0/", "HOST_REFUSED"),
    ("https://localhost/", "HOST_REFUSED"),
    ("https://localhost./", "HOST_REFUSED"),
    ("https://inside.example.org/", "HOST_REFUSED"),
    ("https://both.example.org/", "HOST_REFUSED"),
    ("https://metadata.example.org/latest/meta-data/", "HOST_REFUSED"),
    ("https://mapped.example.org/", "HOST_REFUSED"),
    ("https://unknown.example.org/", "HOST_REFUSED"),
    ("https://[fe80::1%25eth0]/", "BAD_URL"),
]
NUMBERS = [
    "10.1.2.3",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.8",
    "192.168.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[::7f00:1]",
    "[::ffff:7f00:1]",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::7f00:1]",
    "[2001::1]",
    "[2002:7f00:1::]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
]


@pytest.fixture
def resolver(monkeypatch):
    """Answers from NAMES, and keeps which names were asked for."""
    real = socket.getaddrinfo
    asked = []

    def answer(host, port, *args, flags=0, **options):
        if host.isascii() and any(part.isalpha() for part in host.split(".")[-1:]):
            if flags & socket.AI_NUMERICHOST or host not in NAMES:
                raise socket.gaierror(socket.EAI_NONAME, "unknown")
            asked.append(host)
            numbers = NAMES[host]
        else:
            numbers = [host]
        return [
            found for number in numbers for found in real(number, port, *args, **options, flags=4)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def refusal(action, *arguments, **options):
    with pytest.raises(InputError) as caught:
        action(*arguments, **options)
    return caught.value


@pytest.mark.parametrize(("url", "code"), TABLE)
def test_only_public_hosts_are_asked(url, code, resolver):
    def check():
        return find_endpoints(read_url(url))

    if code:
        assert refusal(check).code == code
    else:
        assert {endpoint.place[0] for endpoint in check()} <= {PUBLIC, OTHER_PUBLIC}


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_that_are_not_public_are_refused_before_anything_is_asked(number, resolver):
    assert refusal(read_url, f"https://{number}/").code == "HOST_REFUSED"
    assert resolver == []


def test_a_name_that_is_inside_is_not_told_from_one_that_is_not_there(resolver):
    inside, unknown = (
        refusal(find_endpoints, read_url(f"https://{name}.example.org/")).message
        for name in ("inside", "unknown")
    )
    assert inside.replace("inside.", "unknown.", 1) == unknown


def test_what_is_connected_to_is_what_was_checked(monkeypatch):
    """A resolver that answers public first and private afterwards is asked once."""
    answers = iter([PUBLIC, "127.0.0.1", "127.0.0.1"])
    connected = []

    def resolve(host, port, *args, flags=0, **options):
        if flags:
            raise socket.gaierror(socket.EAI_NONAME, "no number")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    class Refusing(socket.socket):
        def connect(self, place):
            connected.append(place)
            raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(outgoing_http.socket, "socket", Refusing)
    error = refusal(post, "https://rebinding.example.org/", b"", {}, seconds=5)
    assert error.code == "NO_ANSWER"
    assert connected == [(PUBLIC, 443)]
    assert next(answers) == "127.0.0.1"


@pytest.mark.parametrize("allowed", ["127.0.0.1", "127.0.0.0/8", "localhost"])
def test_the_operator_allows_hosts_inside_by_name_or_network(allowed, settings):
    settings.OUTGOING_ALLOWED_HOSTS = [allowed]
    host = "localhost" if allowed == "localhost" else "127.0.0.1"
    with receiving() as receiver:
        assert post(receiver.url(host=host), b"{}", {"X-A": "b"}, seconds=5) == 200
    ((method, path, headers, body),) = receiver.requests
    assert (method, path, body) == ("POST", "/", b"{}")
    assert headers["Host"] == f"{host}:{receiver.port}"
    assert headers["X-A"] == "b"


def test_what_the_operator_did_not_allow_stays_closed(settings):
    settings.OUTGOING_ALLOWED_HOSTS = ["10.0.0.0/8", "other.example.org"]
    with receiving() as receiver:
        assert refusal(post, receiver.url(), b"", {}, seconds=5).code == "HOST_REFUSED"
    assert receiver.requests == []


def test_a_setting_with_a_wrong_host_stops_the_start(monkeypatch):
    monkeypatch.setenv("OUTGOING_ALLOWED_HOSTS", "Hooks.example.internal, 10.0.0.0/8,::1")
    assert read_hosts("OUTGOING_ALLOWED_HOSTS") == ["hooks.example.internal", "10.0.0.0/8", "::1"]
    monkeypatch.setenv("OUTGOING_ALLOWED_HOSTS", "https://hooks.example.internal")
    with pytest.raises(ImproperlyConfigured, match="host name"):
        read_hosts("OUTGOING_ALLOWED_HOSTS")


@pytest.fixture
def named(settings, monkeypatch):
    """The local servers are `files.example.test`, which alone is allowed."""
    settings.OUTGOING_ALLOWED_HOSTS = [NAME]
    monkeypatch.setitem(NAMES, NAME, ["127.0.0.1"])


def fetch(receiver, path, target, scheme="http", **options):
    url = receiver.url(path, host=NAME).replace("http", scheme, 1)
    return download(url, target, **{"max_bytes": 1_000_000, "seconds": 5} | options)


def test_a_file_is_fetched_with_what_is_said_of_it(tmp_path, named, resolver):
    def answer(handler):
        disposition = "attachment; filename*=UTF-8''w%C3%B6rter.csv"
        respond(handler, body=b"a,b\n", Content_Type="text/csv", Content_Disposition=disposition)

    heard = []
    with receiving(answer) as receiver:
        got = fetch(
            receiver, "/wörter?q=%20ü", tmp_path / "x", on_progress=lambda *n: heard.append(n)
        )
    assert (tmp_path / "x").read_bytes() == b"a,b\n"
    assert (got.content_type, got.file_name) == ("text/csv", "wörter.csv")
    assert heard == [(4, 4)]
    assert receiver.requests[0][1] == "/w%C3%B6rter?q=%20%C3%BC"


def test_a_webhook_follows_no_redirect(named, resolver):
    with receiving(lambda handler: respond(handler, 302, Location="/there")) as receiver:
        assert post(receiver.url(host=NAME), b"", {}, seconds=5) == 302
    assert len(receiver.requests) == 1


def hop(handler):
    """/3 leads to /2, to /1, to /0, which is a file."""
    left = int(handler.path[1:])
    if left:
        respond(handler, 302, Location=f"/{left - 1}")
    else:
        respond(handler, body=b"here")


def test_three_redirects_are_followed_and_four_are_not(tmp_path, named, resolver):
    with receiving(hop) as receiver:
        assert fetch(receiver, "/3", tmp_path / "x").url.endswith("/0")
        assert refusal(fetch, receiver, "/4", tmp_path / "x").code == "TOO_MANY_REDIRECTS"


@pytest.mark.parametrize("place", ["http://127.0.0.1:{port}/", "https://[::1]/", "//2130706433/"])
def test_where_a_redirect_leads_is_checked_anew(place, tmp_path, named, resolver):
    def answer(handler):
        respond(handler, 302, Location=place.format(port=receiver.port))

    with receiving(answer) as receiver:
        assert refusal(fetch, receiver, "/", tmp_path / "x").code == "HOST_REFUSED"
    assert len(receiver.requests) == 1


def test_an_error_says_the_status_and_nothing_of_the_answer(tmp_path, named, resolver):
    with receiving(lambda handler: respond(handler, 404, b"the secret page")) as receiver:
        error = refusal(fetch, receiver, "/", tmp_path / "x")
    assert error.message == f"{NAME} answered 404 instead of a file."
    assert not (tmp_path / "x").exists()


def test_a_file_beyond_the_limit_is_not_fetched_whether_its_length_is_said_or_not(
    tmp_path, named, resolver
):
    def endless(handler):
        handler.send_response_only(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65_536)

    def said(handler):
        respond(handler, body=b"x", Content_Length="5000000")

    for answer in (said, endless):
        with receiving(answer) as receiver:
            error = refusal(fetch, receiver, "/", tmp_path / "x", seconds=20)
        assert error.code == "FILE_TOO_LARGE"
    assert (tmp_path / "x").stat().st_size <= 1_000_000


def test_a_file_that_breaks_off_is_no_file(tmp_path, named, resolver):
    answer = lambda handler: respond(handler, body=b"half", Content_Length="8")  # noqa: E731
    with receiving(answer) as receiver:
        assert refusal(fetch, receiver, "/", tmp_path / "x").code == "NO_ANSWER"


def drip_header(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    drip(handler)


def drip_body(handler):
    handler.send_response_only(200)
    handler.end_headers()
    drip(handler)


def drip(handler):
    for _ in range(100):
        handler.wfile.write(b"x")
        time.sleep(0.05)


@pytest.mark.parametrize("answer", [drip_header, drip_body, lambda handler: time.sleep(3)])
def test_a_server_that_answers_slowly_is_cut_off(answer, tmp_path, named, resolver):
    started = time.monotonic()
    with receiving(answer) as receiver:
        error = refusal(fetch, receiver, "/", tmp_path / "x", seconds=0.4)
        assert time.monotonic() - started < 2
    assert error.code == "TIMEOUT"


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 999999 X\r\n\r\n"])
def test_what_is_no_http_is_an_error_in_plain_words(answer, named, resolver):
    with receiving(lambda handler: handler.wfile.write(answer)) as receiver:
        error = refusal(post, receiver.url(host=NAME), b"", {}, seconds=5)
    assert error.code == "NO_ANSWER"
    assert "SSH" not in error.message


def test_the_certificate_must_be_of_the_host_and_trusted(
    tmp_path, named, resolver, settings, monkeypatch
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with receiving(lambda handler: respond(handler, body=b"safe")) as receiver:
        receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
        error = refusal(fetch, receiver, "/", tmp_path / "x", scheme="https")
        assert error.code == "CERTIFICATE"
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        fetch(receiver, "/", tmp_path / "x", scheme="https")
        assert (tmp_path / "x").read_bytes() == b"safe"
        monkeypatch.setitem(NAMES, "other.example.test", ["127.0.0.1"])
        settings.OUTGOING_ALLOWED_HOSTS = ["other.example.test"]
        other = f"https://other.example.test:{receiver.port}/"
        error = refusal(download, other, tmp_path / "x", max_bytes=100, seconds=5)
        assert error.code == "CERTIFICATE"


def test_proxies_of_the_environment_are_not_asked(named, resolver, monkeypatch):
    with receiving() as proxy, receiving() as receiver:
        monkeypatch.setenv("http_proxy", proxy.url())
        monkeypatch.setenv("HTTPS_PROXY", proxy.url())
        assert post(receiver.url(host=NAME), b"", {}, seconds=5) == 200
    assert proxy.requests == []


def test_nothing_else_of_the_product_speaks_http_to_the_outside():
    # The serving process is asked over a socket of this machine.
    own = {"studio/outgoing_http.py", "inference/serving_client.py"}
    clients = {"http.client", "urllib.request", "requests", "httpx", "urllib3", "aiohttp"}
    found = set()
    for package in ("automl", "studio", "models_app", "inference", "client_api", "api"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Import | ast.ImportFrom):
                    continue
                names = [alias.name for alias in node.names]
                module = getattr(node, "module", None)
                if clients & {*names, module, *(f"{module}.{name}" for name in names)}:
                    found.add(str(path.relative_to(ROOT)))
    assert found <= own
