"""Which servers are asked on a user's behalf: public ones, and those that the operator allows.

A name is resolved once, every address it has is checked, and what is connected to is an address
that was checked (docs/decisions/0022-outgoing-requests.md).
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from django.conf import settings

from automl.errors import InputError
from studio.environment import is_host_name, is_network

MAX_URL_CHARS = 2_000
PORTS = {"http": 80, "https": 443}
FIRST_FREE_PORT = 1_024
SAFE_IN_PATH = "/?%:@!$&'()*+,;=~-._"

# All that is not inside is mapped, translated, local or not given out: ::ffff:0:0/96 and
# 64:ff9b::/96 lead to IPv4 addresses, fec0::/10, fc00::/7 and fe80::/10 are local.
GLOBAL_UNICAST = ip_network("2000::/3")
# Python counts these as global (of some, older versions do).
NOT_PUBLIC = [
    ip_network(text)
    for text in (
        "100.64.0.0/10",  # shared by customers of a carrier
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "224.0.0.0/4",  # multicast
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in other clothes
        "3fff::/20",  # documentation
    )
]

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Target:
    """What a URL says, once it was read."""

    scheme: str
    host: str
    port: int
    # Path and query, as they are sent.
    path: str


@dataclass(frozen=True)
class Endpoint:
    """An address that was checked, in the form that a socket connects to."""

    family: int
    place: Any


def read_url(url: str) -> Target:
    """Take a URL apart. Nothing is asked of the network.

    Raises
    ------
    InputError
        `BAD_URL`, and `HOST_REFUSED` for what can be seen to be no public address.
    """
    parts, port = _split(url)
    host = (parts.hostname or "").removesuffix(".")
    if not _is_host(host):
        raise InputError(
            "BAD_URL", "The host name of the address is not valid; write it in ASCII (xn--…)."
        )
    target = Target(parts.scheme, host, port or PORTS[parts.scheme], _path_of(parts))
    numeric = _resolve(target, socket.AI_NUMERICHOST)
    if numeric:
        check_addresses(target, numeric)
    elif target.scheme == "http" and not _may_be_inside(target):
        raise _refuse_plain()
    return target


def find_endpoints(target: Target) -> list[Endpoint]:
    """Where the host is. The only place where names of users are resolved."""
    endpoints = _resolve(target)
    if not endpoints:
        raise _refuse_host(target)
    check_addresses(target, endpoints)
    return endpoints


def check_addresses(target: Target, endpoints: list[Endpoint]) -> None:
    """One address that may not be asked is enough: a name must not have two faces."""
    addresses = [ip_address(endpoint.place[0]) for endpoint in endpoints]
    if _is_allowed_name(target) or all(_is_allowed(address) for address in addresses):
        return
    if not all(_is_allowed(address) or is_public(address) for address in addresses):
        raise _refuse_host(target)
    if target.scheme != "https":
        raise _refuse_plain()
    if target.port < FIRST_FREE_PORT and target.port not in PORTS.values():
        raise InputError(
            "BAD_URL", f"Port {target.port} is not asked. Use 443, or one from {FIRST_FREE_PORT:,}."
        )


def is_public(address: Address) -> bool:
    if address.version == 6 and address not in GLOBAL_UNICAST:
        return False
    return address.is_global and not any(address in network for network in NOT_PUBLIC)


def _split(url: str) -> tuple[SplitResult, int | None]:
    wrong = InputError("BAD_URL", "Enter a whole address, such as https://example.org/path.")
    # urlsplit drops line breaks and tabs without a word, and takes a backslash for a letter.
    if len(url) > MAX_URL_CHARS or not url.isprintable() or {" ", "\\"} & set(url):
        raise wrong
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise wrong from error
    if parts.scheme not in PORTS or not parts.netloc or port == 0:
        raise wrong
    if "@" in parts.netloc:
        raise InputError("BAD_URL", "The address may not hold a user name or a password.")
    return parts, port


def _is_host(host: str) -> bool:
    try:
        ip_address(host)
        # With a zone it names an interface of this machine, not a host.
        return "%" not in host
    except ValueError:
        return is_host_name(host)


def _path_of(parts: SplitResult) -> str:
    query = f"?{parts.query}" if parts.query else ""
    return quote(f"{parts.path or '/'}{query}", safe=SAFE_IN_PATH)


def _resolve(target: Target, flags: int = 0) -> list[Endpoint]:
    """A number is one in any writing: 2130706433, 0177.1 and 0x7f.1 are 127.0.0.1."""
    try:
        found = socket.getaddrinfo(
            target.host, target.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=flags
        )
    except (OSError, UnicodeError):
        return []
    return [Endpoint(family, place) for family, _, _, _, place in found]


def _is_allowed_name(target: Target) -> bool:
    return target.host in settings.OUTGOING_ALLOWED_HOSTS


def _is_allowed(address: Address) -> bool:
    return any(address in ip_network(text, strict=False) for text in _allowed_networks())


def _allowed_networks() -> list[str]:
    return [text for text in settings.OUTGOING_ALLOWED_HOSTS if is_network(text)]


def _may_be_inside(target: Target) -> bool:
    return _is_allowed_name(target) or bool(_allowed_networks())


def _refuse_host(target: Target) -> InputError:
    """The same words for a name that is unknown and one that is inside: names are not probed."""
    return InputError(
        "HOST_REFUSED",
        f"This server does not connect to {target.host[:80]}: it is unknown, or not public. Check "
        "the address; the operator can allow hosts inside.",
    )


def _refuse_plain() -> InputError:
    return InputError("BAD_URL", "The address must begin with https://.")
