"""The only way in which this server asks other servers on a user's behalf.

Where it may ask is decided in `outgoing_targets`. Proxies of the environment are not used: what
is connected to would be theirs to choose. Errors are plain sentences, without a word of the answer.
"""

import http.client
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

from automl.errors import InputError
from studio.outgoing_targets import Endpoint, Target, find_endpoints, read_url

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
IDLE_SECONDS = 30.0
MAX_ENDPOINTS = 3
MAX_REDIRECTS = 3
REDIRECTS = (301, 302, 303, 307, 308)
CHUNK_BYTES = 256 * 1024
HEADERS = {"User-Agent": "Cleanset-Studio", "Accept-Encoding": "identity", "Connection": "close"}


@dataclass(frozen=True)
class Downloaded:
    """What an answer says of the file that came with it."""

    url: str
    content_type: str
    # As the server calls it; "" where it does not say.
    file_name: str


class TimeLimit:
    """The seconds for all of a request: a server that sends a byte now and then is cut off too."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()

    def watch(self, connection: socket.socket) -> None:
        self._socket = connection
        self.check()

    def check(self) -> None:
        if self.is_over:
            raise TimeoutError

    def _cut(self) -> None:
        self.is_over = True
        if self._socket is not None:
            with suppress(OSError):
                # Not the TLS socket's own, which would forget its keys while they are in use.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> int:
    """Send a body; the status of the answer. Redirects are not followed."""
    target = read_url(url)
    with TimeLimit(seconds) as limit, _exchange("POST", target, limit, headers, body) as response:
        return response.status


def download(
    url: str,
    path: Path,
    *,
    max_bytes: int,
    seconds: float,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Downloaded:
    """Fetch a file into `path`; `on_progress` hears of bytes done and in all (0: not said)."""
    with TimeLimit(seconds) as limit:
        for _ in range(MAX_REDIRECTS + 1):
            target = read_url(url)
            with _exchange("GET", target, limit, {}) as response:
                if response.status not in REDIRECTS:
                    _check_answer(response, target, max_bytes)
                    _receive(response, target, limit, path, max_bytes, on_progress)
                    return _describe(response, url)
                url = urljoin(url, response.headers.get("Location", ""))
    raise InputError("TOO_MANY_REDIRECTS", "The address was passed on too often to be followed.")


@contextmanager
def _exchange(
    method: str,
    target: Target,
    limit: TimeLimit,
    headers: Mapping[str, str],
    body: bytes | None = None,
) -> Iterator[http.client.HTTPResponse]:
    with _in_plain_words(target, limit):
        connection = _connect(target, limit)
    try:
        with _in_plain_words(target, limit):
            connection.request(method, target.path, body, HEADERS | dict(headers))
            response = connection.getresponse()
        yield response
    finally:
        connection.close()


def _connect(target: Target, limit: TimeLimit) -> http.client.HTTPConnection:
    """To the first of the checked addresses that answers; the name is not looked up again."""
    endpoints = find_endpoints(target)[:MAX_ENDPOINTS]
    for endpoint in endpoints[:-1]:
        with suppress(OSError):
            return _open(target, endpoint, limit)
    return _open(target, endpoints[-1], limit)


def _open(target: Target, endpoint: Endpoint, limit: TimeLimit) -> http.client.HTTPConnection:
    raw = socket.socket(endpoint.family, socket.SOCK_STREAM)
    try:
        raw.settimeout(min(CONNECT_SECONDS, limit.seconds))
        limit.watch(raw)
        raw.connect(endpoint.place)
        raw.settimeout(min(IDLE_SECONDS, limit.seconds))
        if target.scheme == "http":
            plain = http.client.HTTPConnection(target.host, target.port)
            plain.sock = raw
            return plain
        return _secure(target, raw, limit)
    except BaseException:
        raw.close()
        raise


def _secure(target: Target, raw: socket.socket, limit: TimeLimit) -> http.client.HTTPConnection:
    context = ssl.create_default_context()
    wrapped = context.wrap_socket(raw, server_hostname=target.host, do_handshake_on_connect=False)
    try:
        limit.watch(wrapped)
        wrapped.do_handshake()
    except BaseException:
        wrapped.close()
        raise
    secure = http.client.HTTPSConnection(target.host, target.port, context=context)
    secure.sock = wrapped
    return secure


@contextmanager
def _in_plain_words(target: Target, limit: TimeLimit) -> Iterator[None]:
    host = target.host[:80]
    try:
        yield
        limit.check()
    except ssl.SSLCertVerificationError as error:
        raise InputError("CERTIFICATE", f"The certificate of {host} is not valid.") from error
    except (OSError, http.client.HTTPException) as error:
        logger.info("asking %s failed: %s", host, type(error).__name__)
        if limit.is_over or isinstance(error, TimeoutError):
            message = f"{host} did not answer in time ({limit.seconds:g} s)."
            raise InputError("TIMEOUT", message) from error
        raise InputError("NO_ANSWER", f"{host} could not be reached, or broke off.") from error


def _check_answer(response: http.client.HTTPResponse, target: Target, max_bytes: int) -> None:
    if response.status != http.client.OK:
        raise InputError(
            "NOT_FOUND", f"{target.host[:80]} answered {response.status} instead of a file."
        )
    if response.length is not None and response.length > max_bytes:
        raise _too_large(max_bytes)


def _receive(
    response: http.client.HTTPResponse,
    target: Target,
    limit: TimeLimit,
    path: Path,
    max_bytes: int,
    on_progress: Callable[[int, int], None],
) -> None:
    total = response.length or 0
    done = 0
    with path.open("wb") as copy:
        while chunk := _read(response, target, limit):
            done += len(chunk)
            if done > max_bytes:
                raise _too_large(max_bytes)
            copy.write(chunk)
            on_progress(done, total)
    if response.length:
        raise InputError("NO_ANSWER", f"{target.host[:80]} broke off in the middle of the file.")


def _read(response: http.client.HTTPResponse, target: Target, limit: TimeLimit) -> bytes:
    with _in_plain_words(target, limit):
        return response.read(CHUNK_BYTES)


def _describe(response: http.client.HTTPResponse, url: str) -> Downloaded:
    headers = response.headers
    return Downloaded(url, headers.get_content_type(), headers.get_filename() or "")


def _too_large(max_bytes: int) -> InputError:
    megabytes = max_bytes // (1024 * 1024)
    return InputError(
        "FILE_TOO_LARGE", f"The file is larger than {megabytes:,} MB, the limit of this server."
    )
