"""Typed readers of environment variables: a wrong value stops the start with a sentence."""

import re
import secrets
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

MIN_SECRET_CHARS = 50
MAX_HOST_CHARS = 253
HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")


def read_int(name: str, default: int, *, low: int, high: int) -> int:
    text = env.str(name, default=str(default))
    if not text.lstrip("-").isdecimal() or not low <= int(text) <= high:
        raise ImproperlyConfigured(
            f"{name} is {text!r}; it must be a whole number {low} to {high}."
        )
    return int(text)


def read_bool(name: str, default: bool) -> bool:
    text = env.str(name, default="true" if default else "false").lower()
    if text not in {"true", "false", "1", "0", "yes", "no", "on", "off"}:
        raise ImproperlyConfigured(f"{name} is {text!r}; it must be true or false.")
    return text in {"true", "1", "yes", "on"}


def read_hosts(name: str) -> list[str]:
    """Host names, addresses and networks (`10.0.0.0/8`), separated by commas."""
    entries = [entry.strip().lower() for entry in env.list(name, default=[])]
    for entry in entries:
        if not is_network(entry) and not is_host_name(entry):
            raise ImproperlyConfigured(
                f"{name} names {entry!r}; each entry must be a host name, such as "
                "hooks.example.internal, or a network, such as 10.0.0.0/8."
            )
    return entries


def is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def is_host_name(text: str) -> bool:
    return len(text) <= MAX_HOST_CHARS and HOST_NAME.fullmatch(text) is not None


def read_text_encoder() -> str:
    """A folder on this machine, or a name for sentence-transformers; empty: ours."""
    name = env.str("TEXT_ENCODER", default="").strip()
    folder = Path(name).expanduser()
    if not name:
        return ""
    if all((folder / part).is_file() for part in ("model.onnx", "tokenizer.json")):
        return str(folder.resolve())
    if find_spec("sentence_transformers") is None:
        raise ImproperlyConfigured(
            f"TEXT_ENCODER is {name!r}; it must be a folder with model.onnx and tokenizer.json, "
            "or sentence-transformers must be installed."
        )
    return str(folder.resolve()) if folder.is_dir() else name


def read_secret_key(data_dir: Path) -> str:
    """The operator's key, or one made at the first start and kept in a file only we can read."""
    given = env.str("SECRET_KEY", default="")
    if given:
        return _check_secret(given, "SECRET_KEY")
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        _write_private(path, secrets.token_urlsafe(64))
    return _check_secret(path.read_text().strip(), str(path))


def read_secret_key_fallbacks() -> list[str]:
    """Keys that were replaced: what they signed still counts, nothing new is signed with them."""
    keys = env.list("SECRET_KEY_FALLBACKS", default=[])
    return [_check_secret(key, "Each key of SECRET_KEY_FALLBACKS") for key in keys]


def _check_secret(key: str, where: str) -> str:
    if len(key) < MIN_SECRET_CHARS or key.startswith("django-insecure"):
        raise ImproperlyConfigured(
            f"{where} must hold a secret of at least {MIN_SECRET_CHARS} random characters."
        )
    return key


def _write_private(path: Path, text: str) -> None:
    # Written aside and linked: of two processes that start at once, both read the first one's key.
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    aside.touch(mode=0o600)
    aside.write_text(text)
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        return
    finally:
        aside.unlink()
